import type { UnixSockets } from "./unix-sockets.ts";

export type * from "./unix-sockets.ts";

/**
 * The one door to the operating system.
 *
 * Everything this project reads from or does to a host goes through a {@linkcode System}. There are two of
 * them, `node.ts` and `native.ts`, and one conformance test that holds their answers against each other.
 * Import it as `import { system } from "#system"`: the bundle decides which one that is.
 *
 * Every function is synchronous. A failing system call throws a {@linkcode SystemError}; where a missing file
 * is an ordinary answer, the function returns `undefined` or `false` instead, and says so.
 */
export interface System {
  /** What runs the program: an engine of our own (`native`) or Node.js (`node`). */
  readonly host: "native" | "node";

  /** The id of this process. */
  readonly pid: number;

  /** The effective user id of this process. */
  readonly userId: number;

  /** The command line's arguments, without the program. */
  arguments(): string[];

  /** The environment as it was given; a variable that is set but empty is kept. */
  environment(): Record<string, string>;

  /** The absolute path of the running executable (under Node: of the script), symbolic links resolved. */
  executable(): string;

  /**
   * Runs `main` and ends the process with the status that it returns, or promises: a part of the program that most calls
   * do not need is had by `import()`, and read only then.
   *
   * SIGTERM, SIGINT and SIGHUP are held back while it runs, so that no work is left half-done; when one of
   * them came, the status is 128 + its number instead (the shell's convention). SIGPIPE is ignored.
   */
  run(main: () => number | Promise<number>): void;

  /**
   * Whether one of these signals has come: who has many things to do then leaves it at those that are done. Under Node.js
   * always false, since Node tells of signals only when `main` is done.
   */
  isAskedToEnd(): boolean;

  /**
   * Reads standard input to its end, also when it is non-blocking. Bytes that are no UTF-8 become U+FFFD. A native program
   * that is asked to end while it waits for more is ended: so nothing may have been begun.
   */
  readStandardInput(): string;

  /** Writes all of `text` to standard output. */
  writeStandardOutput(text: string): void;

  /** Writes all of `text` to standard error, as far as it is not limited; a closed one is no error. */
  writeStandardError(text: string): void;

  /** Whether somebody reads standard output, or standard error, on a terminal. */
  isTerminal(stream: "output" | "errors"): boolean;

  /**
   * Limits what goes to standard error from now on, for a caller who cannot take more. Of a text that is too long its end is
   * written, behind a line that says so; once there is no room at all, nothing is.
   *
   * @param each How much of one text is written, in characters.
   * @param total How much of all texts together, those lines not counted.
   */
  limitStandardError(each: number, total: number): void;

  /**
   * Tells the system's log (syslog(3), facility daemon). That there is none, or that it takes nothing now, is no error.
   *
   * @param text One line.
   */
  log(severity: Severity, text: string): void;

  /**
   * Reads a whole file as text. Works for files that report no size (/proc, /sys).
   *
   * @param netns The network namespace in which to open it: /proc/sys/net shows that of the opener.
   */
  readText(path: string, netns?: Netns): string;

  /**
   * Reads a whole regular file as text.
   *
   * Never waits: what is no regular file, such as a FIFO, is not read.
   *
   * @throws SystemError EISDIR for a directory, EINVAL or ENXIO for anything else that is none.
   */
  readRegular(path: string): string;

  /** The last `length` bytes of a file, as text; all of it when it is shorter. */
  readTail(path: string, length: number): string;

  /**
   * Writes `text` into an existing file, as one write(2), without creating or replacing the file: for /proc/sys.
   *
   * @param netns As for {@linkcode readText}.
   */
  writeInPlace(path: string, text: string, netns?: Netns): void;

  /**
   * Opens a file for reading and writing at places of it. Where it is missing it is created, unless `mode` is.
   *
   * @param mode Permission bits of the file when it is created, before the umask.
   * @returns `undefined` when there is none, and none was to be created or there is no directory for it.
   */
  openFile(path: string, mode?: number): OpenFile | undefined;

  /**
   * Creates a file that holds `text`, whole or not at all: a temporary file in the same directory, then link(2). Where the
   * file system has no such links, the file is empty at first.
   *
   * @param mode Permission bits, before the umask.
   * @param durability `usual` when absent.
   * @returns false when a file of that name exists already; it is left as it is.
   */
  createFile(path: string, text: string, mode: number, durability?: Durability): boolean;

  /** Creates a file or replaces it in one step: a temporary file in the same directory, then rename(2). */
  replaceFile(path: string, text: string, mode: number): void;

  /**
   * Creates or replaces a file below another root, such as that of a container, which may have put anything in the way.
   *
   * No symbolic link is followed: neither at a directory of `path`, nor at its end, where it is replaced, as every
   * file is, by rename(2). Nothing is waited for, as a FIFO would have it.
   *
   * @param root Leads to the root, itself followed: /proc/PID/root.
   * @param path From there on, without `/` in front, `.` and `..`.
   * @param owner Who writes it, and whom it belongs to: this process becomes them for that time.
   * @param durability `usual` when absent.
   * @returns `same` when the file held `text` already, `own` when its directory is the one that `path` leads to from
   *   our own root; it is left as it is then.
   * @throws SystemError ENOENT without the directory, ENOTDIR where a symbolic link or something else is in its place, EISDIR
   *   where a directory is in the place of the file, EBUSY where something is mounted there, EROFS.
   */
  replaceWithin(
    root: string,
    path: string,
    text: string,
    owner: FileOwner,
    durability?: Durability,
  ): "replaced" | "same" | "own";

  /**
   * Gives a file, or a symbolic link, a second name: link(2).
   *
   * @returns false when there is something of that name already; it is left as it is.
   */
  linkFile(path: string, name: string): boolean;

  /**
   * Creates a symbolic link.
   *
   * @returns false when there is something at its path already; it is left as it is.
   */
  makeSymbolicLink(path: string, target: string): boolean;

  /** Gives a file another name; what has that name already is replaced in one step: rename(2). */
  renameFile(path: string, name: string): void;

  /** Removes a file. @returns false when there was none. */
  removeFile(path: string): boolean;

  /** Removes an empty directory. @returns false when it is not empty, or there was none. */
  removeDirectory(path: string): boolean;

  /** Creates a directory and those above it. An existing one is left as it is. */
  makeDirectory(path: string, mode: number): void;

  /** The names in a directory, without `.` and `..`, in byte order; `undefined` when there is no such directory. */
  listDirectory(path: string): string[] | undefined;

  /** What a path leads to, symbolic links followed; `undefined` when it leads nowhere (ENOENT, ENOTDIR). */
  status(path: string): FileStatus | undefined;

  /**
   * Sets the time of modification.
   *
   * @param seconds Since 1970, whole ones.
   */
  setModified(path: string, seconds: number): void;

  /** The absolute path without symbolic links. */
  realPath(path: string): string;

  /**
   * Takes the flock(2) of a file, which is created when it is missing (its directory is not).
   *
   * The kernel drops the lock when the process ends, however it ends. The file stays.
   *
   * @returns `undefined` when others held the lock for all of `patience`.
   * @throws SystemError where the file cannot be opened, or the file system has no flock (ENOLCK, ENOTSUP).
   */
  lock(path: string, options: LockOptions): Lock | undefined;

  /**
   * Opens a network namespace: /run/netns/NAME, /proc/PID/ns/net or /proc/PID/fd/N.
   *
   * What was opened stays the same namespace, even when the path leads elsewhere later (a recycled pid).
   *
   * @throws SystemError ENOENT where there is nothing, EINVAL where there is something else than a network namespace.
   */
  openNetns(path: string): Netns;

  /**
   * A raw rtnetlink socket in a namespace (this process's own when absent).
   *
   * @param groups The events that come without being asked for (RTMGRP_ of rtnetlink(7)), as bits; none when absent.
   * @returns `undefined` where the host has none to offer, as under Node.
   * @throws SystemError EPERM or EACCES where the kernel refuses it.
   */
  openNetlink(netns?: Netns, groups?: number): NetlinkSocket | undefined;

  /**
   * A socket to the kernel's packet filters (nfnetlink), in this process's own namespace.
   *
   * Closing it waits until the kernel has let go of what was deleted, by whomever: some 10 ms. Closing it aside does not.
   *
   * @param groups The events that come without being asked for (NFNLGRP_ of linux/netfilter/nfnetlink.h), as bits; none
   *   when absent.
   * @returns `undefined` where the host has none to offer, as under Node.
   * @throws SystemError EPERM, EACCES or EPROTONOSUPPORT where the kernel refuses it.
   */
  openNetfilter(groups?: number): NetlinkSocket | undefined;

  /** Unix sockets; `undefined` where the host has none that pass descriptors on, as under Node. */
  readonly unixSockets: UnixSockets | undefined;

  /** The path of a program in the fixed search path ({@linkcode searchPath}); `undefined` when it is not there. */
  findProgram(name: string): string | undefined;

  /**
   * Starts a command. No shell is involved.
   *
   * The native host returns at once, and the command is killed when this process is; Node returns when the command
   * has ended.
   *
   * @throws SystemError ENOENT where there is no such program, ETXTBSY while the file is being written.
   */
  start(command: Command): Running;

  /** Milliseconds since 1970, UTC. */
  now(): number;

  /** Milliseconds since some point in the past, never set back, with fractions. */
  monotonic(): number;

  /** Does nothing for that many milliseconds. */
  sleep(milliseconds: number): void;

  /** Random bytes from the kernel. */
  random(length: number): Uint8Array;
}

/** How bad it is what the system's log is told: severities of RFC 5424, section 6.2.1. */
export type Severity = "err" | "warning" | "info";

/** Where {@linkcode System.findProgram} and {@linkcode System.start} look for programs, whatever PATH says. */
export const searchPath: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];

/**
 * Whether what was written is still there when the power fails: with `usual`, what the file system makes of it, which may
 * be an empty file; with `on disk`, it is when the call returns (fsync(2)), which takes some milliseconds.
 */
export type Durability = "usual" | "on disk";

/**
 * How the names of the files begin that {@linkcode System.createFile} and {@linkcode System.replaceFile} write before
 * these get their real name. One that stays was left by a process that was killed.
 */
export const temporaryPrefix = ".lxc-cni-";

/** What stat(2) tells of a file. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "other";
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Last modification in nanoseconds since 1970. */
  readonly modified: bigint;
  /** Last change, also of what is told here, in nanoseconds since 1970; nobody can set it. */
  readonly changed: bigint;
}

/** Whom a file is to belong to, and who may do what with it. */
export interface FileOwner {
  readonly userId: number;
  readonly groupId: number;
  /** Permission bits, whatever the umask is. */
  readonly mode: number;
}

/** A file that is open for reading and writing. */
export interface OpenFile {
  /** The bytes from `offset` on; fewer than `length` where the file ends. */
  read(offset: number, length: number): Uint8Array;
  /** Writes all of the bytes from `offset` on; what lies between there and the file's end reads as zeros. */
  write(offset: number, bytes: Uint8Array): void;
  /** Removes all that the file holds. */
  truncate(): void;
  close(): void;
}

/** How to take a lock. */
export interface LockOptions {
  /** Share the lock with others that share it, instead of excluding everyone. */
  readonly shared?: boolean;
  /** How long to wait for it, in milliseconds; 0 tries once. */
  readonly patience: number;
  /** Permission bits of the file when it has to be created, before the umask. */
  readonly mode: number;
}

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/** An open network namespace. */
export interface Netns {
  /** The descriptor, open in this process, closed in commands that it starts. */
  readonly descriptor: number;
  /** A path that leads to exactly this namespace while it is open here: /proc/PID/fd/N of this process. */
  readonly path: string;
  /** Device and inode, `DEV:INO`: equal for two open namespaces when they are the same one. */
  readonly identity: string;
  close(): void;
}

/** A netlink socket: one datagram out, one datagram in. Extended acknowledgements (NETLINK_EXT_ACK) are on. */
export interface NetlinkSocket {
  send(datagram: Uint8Array): void;
  /**
   * Sends without waiting for the kernel to be done, which it may not be for long: the answers come later. The request is
   * given up when this process is killed before it was begun.
   */
  sendAside(datagram: Uint8Array): void;
  /**
   * The next datagram, whole.
   *
   * @param patience Milliseconds to wait for it.
   * @returns `undefined` when none came.
   * @throws SystemError ENOBUFS, once, where events were lost, since more came than the socket holds.
   */
  receive(patience: number): Uint8Array | undefined;
  close(): void;
  /** Closes it; what the kernel takes its time for then, another process waits for, which holds nothing else. */
  closeAside(): void;
}

/** A command to run. */
export interface Command {
  /** A name to look for in the fixed search path, or a path, which has a `/` in it. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** What it reads from standard input; nothing when absent. */
  readonly input?: string;
  /** Its whole environment; `PATH` (the search path) and `LC_ALL=C` alone when absent. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The network namespace to run it in. */
  readonly netns?: Netns;
  /** How long it may take, in milliseconds; then it is killed (SIGKILL). */
  readonly deadline: number;
}

/** A command that was started. */
export interface Running {
  /**
   * Whether it has ended, or its time has passed, so that {@linkcode wait} need not wait.
   *
   * @param patience How long to wait for that, in milliseconds.
   */
  hasEnded(patience: number): boolean;
  /** Waits for its end. A second call gives the same answer. */
  wait(): Outcome;
}

/** How a command ended. */
export interface Outcome {
  /** The exit status; `undefined` when a signal ended it. */
  readonly status: number | undefined;
  /** The number of the signal that ended it. */
  readonly signal: number | undefined;
  /** It was killed because its deadline had passed. */
  readonly late: boolean;
  readonly output: string;
  readonly errors: string;
}
