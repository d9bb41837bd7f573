import * as host from "lxc-cni:host";
import { isSystemError } from "./error.ts";
import { replaceWithin, type WithinCalls } from "./file-within.ts";
import { closeOnce } from "./native/close-once.ts";
import { unixSockets } from "./native/unix-sockets.ts";
import { commandEnvironment, findProgram, programPath } from "./program.ts";
import { limitStandardError, writeStandardError } from "./standard-error.ts";
import type {
  Command,
  FileStatus,
  Lock,
  LockOptions,
  NetlinkSocket,
  Netns,
  OpenFile,
  Running,
  System,
} from "./system.ts";
import * as wholeFile from "./whole-file.ts";

/** The operating system as the native executables see it: through native/. */
export const system: System = {
  host: "native",
  get pid() {
    return host.getpid();
  },
  get userId() {
    return host.geteuid();
  },
  arguments: host.programArguments,
  environment,
  executable: host.executable,
  run: host.run,

  readStandardInput: host.readInput,
  writeStandardOutput: (text) => host.writeAll(1, text),
  writeStandardError: (text) => writeStandardError(text, (part) => host.writeAll(2, part)),
  limitStandardError,
  log: (severity, text) => host.syslog(severityNumbers[severity], text),
  isAskedToEnd: host.isAskedToEnd,
  isTerminal: (stream) => host.isatty(stream === "output" ? 1 : 2),

  readText: (path, netns) => withOpen(path, host.O_RDONLY, netns, host.readAll),
  readRegular: (path) => withOpen(path, host.O_RDONLY | host.O_NONBLOCK, undefined, host.readRegular),
  readTail: (path, length) =>
    withOpen(path, host.O_RDONLY, undefined, (descriptor) => host.readTail(descriptor, length)),
  writeInPlace: (path, text, netns) =>
    withOpen(path, host.O_WRONLY, netns, (descriptor) => host.writeAll(descriptor, text)),
  openFile,
  createFile: (...what) => wholeFile.createFile(fileCalls, ...what),
  replaceFile: (path, text, mode) => wholeFile.replaceFile(fileCalls, path, text, mode),
  replaceWithin: (...what) => replaceWithin(fileCalls, ...what),
  linkFile: (path, name) => wholeFile.linkFile(fileCalls, path, name),
  makeSymbolicLink: (path, target) => wholeFile.makeSymbolicLink(fileCalls, path, target),
  renameFile: host.rename,
  removeFile: (path) => wholeFile.removeFile(fileCalls, path),
  removeDirectory: (path) => wholeFile.removeDirectory(fileCalls, path),
  makeDirectory: (path, mode) => wholeFile.makeDirectory(fileCalls, path, mode),
  listDirectory,
  status,
  setModified: host.setModified,
  realPath: host.realpath,

  lock,
  openNetns,
  openNetlink: (netns, groups) => openSocket(host.NETLINK_ROUTE, netns, groups),
  openNetfilter: (groups) => openSocket(host.NETLINK_NETFILTER, undefined, groups),
  unixSockets,

  findProgram: (name) => findProgram(name, host.isExecutable),
  start,

  now: () => Date.now(),
  monotonic: host.monotonic,
  sleep: host.sleep,
  random: host.random,
};

const severityNumbers = { err: 3, warning: 4, info: 6 };

const fileCalls: WithinCalls = {
  openNew: (path, mode) => host.open(path, host.O_WRONLY | host.O_CREAT | host.O_EXCL, mode),
  write: host.writeAll,
  sync: host.fsync,
  openToSync: (path) => host.open(path, host.O_RDONLY | host.O_DIRECTORY),
  close: host.close,
  link: host.link,
  rename: host.rename,
  symlink: host.symlink,
  unlink: host.unlink,
  rmdir: host.rmdir,
  mkdir: host.mkdir,
  isDirectory: (path) => system.status(path)?.kind === "directory",
  random: host.random,
  openRoot: (path) => host.open(path, host.O_PATH | host.O_DIRECTORY),
  openDirectory: (path) => host.open(path, host.O_PATH | host.O_DIRECTORY | host.O_NOFOLLOW),
  openToLook: (path) => host.open(path, host.O_PATH | host.O_NOFOLLOW),
  status,
  readText: (path) => system.readText(path),
  changeMode: host.fchmod,
  identity: () => ({ userId: host.geteuid(), groupId: host.getegid(), otherGroups: host.getgroups() }),
  become: ({ userId, groupId, otherGroups }) => host.become(userId, groupId, otherGroups),
};

let variables: Record<string, string> | undefined;

/** It stays what it was at the start, and may hold a lot. */
function environment(): Record<string, string> {
  variables ??= host.environment();
  return variables;
}

function withOpen<Result>(
  path: string,
  flags: number,
  netns: Netns | undefined,
  use: (descriptor: number) => Result,
): Result {
  const descriptor = host.open(path, flags, 0, netns?.descriptor);
  try {
    return use(descriptor);
  } finally {
    host.close(descriptor);
  }
}

function openFile(path: string, mode?: number): OpenFile | undefined {
  const flags = mode === undefined ? host.O_RDWR : host.O_RDWR | host.O_CREAT;
  const descriptor = host.openIfThere(path, flags, mode);
  if (descriptor === undefined) return undefined;
  return {
    read: (offset, length) => host.readAt(descriptor, offset, length),
    write: (offset, bytes) => host.writeAt(descriptor, offset, bytes),
    truncate: () => host.truncate(descriptor),
    close: closeOnce(descriptor),
  };
}

function listDirectory(path: string): string[] | undefined {
  try {
    return host.scandir(path);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function status(path: string): FileStatus | undefined {
  const found = host.stat(path);
  return found && toFileStatus(found);
}

function toFileStatus(status: host.HostStatus): FileStatus {
  const type = status.mode & 0o170000;
  return {
    kind: type === 0o100000 ? "file" : type === 0o040000 ? "directory" : "other",
    mode: status.mode & 0o7777,
    userId: status.uid,
    groupId: status.gid,
    device: status.dev,
    inode: status.ino,
    size: status.size,
    modified: status.mtime,
    changed: status.ctime,
  };
}

function lock(path: string, { shared = false, patience, mode }: LockOptions): Lock | undefined {
  const descriptor = host.open(path, host.O_RDWR | host.O_CREAT, mode);
  let held = false;
  try {
    held = host.flock(descriptor, shared, patience);
  } finally {
    if (!held) host.close(descriptor);
  }
  const close = closeOnce(descriptor);
  return held ? { release: () => close(host.unlock) } : undefined;
}

function openNetns(path: string): Netns {
  const { descriptor, identity } = host.openNetns(path);
  return {
    descriptor,
    path: `/proc/${system.pid}/fd/${descriptor}`,
    identity,
    close: closeOnce(descriptor),
  };
}

function openSocket(protocol: number, netns?: Netns, groups?: number): NetlinkSocket {
  const socket = host.netlinkOpen(protocol, netns?.descriptor, groups);
  const close = closeOnce(socket);
  return {
    send: (datagram) => host.netlinkSend(socket, datagram),
    sendAside: (datagram) => host.netlinkSendAside(socket, datagram),
    receive: (patience) => host.netlinkReceive(socket, patience),
    close: () => close(),
    closeAside: () => close(host.closeAside),
  };
}

function start(command: Command): Running {
  const path = programPath(command, host.isExecutable);
  const deadline = host.monotonic() + command.deadline;
  const variables = Object.entries(command.environment ?? commandEnvironment);
  const child = host.spawn(
    path,
    [path, ...command.arguments],
    variables.map(([name, value]) => `${name}=${value}`),
    command.input,
    command.netns?.descriptor,
  );
  let outcome: host.HostOutcome | undefined;
  return {
    hasEnded(patience) {
      if (outcome !== undefined) return true;
      const until = Math.min(host.monotonic() + patience, deadline);
      return host.hasEnded(child, until) || host.monotonic() >= deadline;
    },
    wait() {
      outcome ??= host.reap(child, deadline);
      return outcome;
    },
  };
}
