import { randomFillSync } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { constants as systemConstants } from "node:os";
import { isatty } from "node:tty";
import { isSystemError } from "./error.ts";
import { type Identity, replaceWithin, type WithinCalls } from "./file-within.ts";
import { sleep } from "./node/clock.ts";
import { closeOnce } from "./node/close-once.ts";
import { isExecutable, start } from "./node/commands.ts";
import { systemError } from "./node/errors.ts";
import { lock } from "./node/lock.ts";
import { openNetns, readTextIn, writeInPlaceIn } from "./node/netns.ts";
import { run } from "./node/signals.ts";
import { readToEnd, writeAll } from "./node/streams.ts";
import { findProgram } from "./program.ts";
import { limitStandardError, writeStandardError } from "./standard-error.ts";
import type { FileStatus, Netns, OpenFile, Severity, System } from "./system.ts";
import * as wholeFile from "./whole-file.ts";

/** The operating system as Node.js shows it, with small programs where it shows too little. */
export const system: System = {
  host: "node",
  get pid() {
    return process.pid;
  },
  get userId() {
    return process.geteuid?.() ?? 0;
  },
  arguments: () => process.argv.slice(2),
  environment: () => ({ ...process.env }) as Record<string, string>,
  executable: () => realpathSync.native(process.argv[1] ?? process.execPath),
  run,

  readStandardInput: () => readToEnd(0),
  writeStandardOutput: (text) => writeAll(1, text),
  writeStandardError: (text) => writeStandardError(text, (part) => writeAll(2, part)),
  limitStandardError,
  log,
  isAskedToEnd: () => false,
  isTerminal: (stream) => isatty(stream === "output" ? 1 : 2),

  readText,
  readRegular,
  readTail,
  writeInPlace,
  openFile,
  createFile: (...what) => wholeFile.createFile(fileCalls, ...what),
  replaceFile: (path, text, mode) => wholeFile.replaceFile(fileCalls, path, text, mode),
  replaceWithin: (...what) => replaceWithin(fileCalls, ...what),
  linkFile: (path, name) => wholeFile.linkFile(fileCalls, path, name),
  makeSymbolicLink: (path, target) => wholeFile.makeSymbolicLink(fileCalls, path, target),
  renameFile: renameSync,
  removeFile: (path) => wholeFile.removeFile(fileCalls, path),
  removeDirectory: (path) => wholeFile.removeDirectory(fileCalls, path),
  makeDirectory: (path, mode) => wholeFile.makeDirectory(fileCalls, path, mode),
  listDirectory,
  status,
  setModified: (path, seconds) => utimesSync(path, seconds, seconds),
  realPath: (path) => realpathSync.native(path),

  lock,
  openNetns,
  openNetlink: () => undefined,
  openNetfilter: () => undefined,
  unixSockets: undefined,

  findProgram: (name) => findProgram(name, isExecutable),
  start,

  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  sleep,
  random: (length) => randomFillSync(new Uint8Array(length)),
};

/** Of linux/fcntl.h; the same number on every architecture that Node.js runs on. */
const O_PATH = 0o10000000;

const fileCalls: WithinCalls = {
  openNew: (path, mode) => openSync(path, "wx", mode),
  write: writeAll,
  sync: fsyncSync,
  openToSync: (path) => openSync(path, constants.O_RDONLY | constants.O_DIRECTORY),
  close: closeSync,
  link: linkSync,
  rename: renameSync,
  symlink: symlinkSync,
  unlink: unlinkSync,
  rmdir: rmdirSync,
  mkdir: mkdirSync,
  isDirectory: (path) => status(path)?.kind === "directory",
  random: (length) => randomFillSync(new Uint8Array(length)),
  openRoot: (path) => openSync(path, O_PATH | constants.O_DIRECTORY),
  openDirectory: (path) => openSync(path, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW),
  openToLook: (path) => openSync(path, O_PATH | constants.O_NOFOLLOW),
  status,
  readText,
  changeMode: fchmodSync,
  identity: () => ({
    userId: process.geteuid?.() ?? 0,
    groupId: process.getegid?.() ?? 0,
    // The effective group among them, which it may not have been before: that gives no other rights.
    otherGroups: process.getgroups?.() ?? [],
  }),
  become,
};

/** Only root may change groups: the user is the last to be changed on the way there, and the first on the way back. */
function become({ userId, groupId, otherGroups }: Identity): void {
  if (userId === 0) process.seteuid?.(userId);
  process.setgroups?.([...otherGroups]);
  process.setegid?.(groupId);
  process.seteuid?.(userId);
}

/** Node has no sockets for datagrams of a path; logger(1) has. */
function log(severity: Severity, text: string): void {
  const words = ["-t", `lxc-cni[${process.pid}]`, "-p", `daemon.${severity}`, "--", text];
  try {
    start({ program: "logger", arguments: words, deadline: 1_000 }).wait();
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function readText(path: string, netns?: Netns): string {
  return netns === undefined ? withOpen(path, constants.O_RDONLY, readToEnd) : readTextIn(netns, path);
}

function readRegular(path: string): string {
  return withOpen(path, constants.O_RDONLY | constants.O_NONBLOCK, (descriptor) => {
    const file = fstatSync(descriptor);
    const { EISDIR, EINVAL } = systemConstants.errno;
    if (!file.isFile()) throw systemError(file.isDirectory() ? EISDIR : EINVAL, "read");
    return readToEnd(descriptor);
  });
}

function readTail(path: string, length: number): string {
  return withOpen(path, constants.O_RDONLY, (descriptor) => {
    const { size } = fstatSync(descriptor);
    const tail = new Uint8Array(Math.min(length, size));
    const read = readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return Buffer.from(tail.subarray(0, read)).toString();
  });
}

function writeInPlace(path: string, text: string, netns?: Netns): void {
  if (netns === undefined) withOpen(path, constants.O_WRONLY, (descriptor) => writeAll(descriptor, text));
  else writeInPlaceIn(netns, path, text);
}

function openFile(path: string, mode?: number): OpenFile | undefined {
  const flags = mode === undefined ? constants.O_RDWR : constants.O_RDWR | constants.O_CREAT;
  const descriptor = unlessMissing(() => openSync(path, flags, mode), "ENOENT");
  if (descriptor === undefined) return undefined;
  return {
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    },
    write: (offset, bytes) => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done);
      }
    },
    truncate: () => ftruncateSync(descriptor),
    close: closeOnce(descriptor),
  };
}

function withOpen<Result>(path: string, flags: number, use: (descriptor: number) => Result): Result {
  const descriptor = openSync(path, flags);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function listDirectory(path: string): string[] | undefined {
  // As buffers, since the order of bytes is not that of UTF-16.
  const names = unlessMissing(() => readdirSync(path, { encoding: "buffer" }), "ENOENT");
  return names?.sort(Buffer.compare).map((name) => name.toString());
}

function status(path: string): FileStatus | undefined {
  return unlessMissing(() => toFileStatus(statSync(path, { bigint: true })), "ENOENT", "ENOTDIR");
}

function unlessMissing<Result>(read: () => Result, ...codes: string[]): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error, ...codes)) return undefined;
    throw error;
  }
}

function toFileStatus(stats: BigIntStats): FileStatus {
  return {
    kind: stats.isFile() ? "file" : stats.isDirectory() ? "directory" : "other",
    mode: Number(stats.mode) & 0o7777,
    userId: Number(stats.uid),
    groupId: Number(stats.gid),
    device: Number(stats.dev),
    inode: Number(stats.ino),
    size: Number(stats.size),
    modified: stats.mtimeNs,
    changed: stats.ctimeNs,
  };
}
