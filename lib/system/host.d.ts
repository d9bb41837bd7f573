/**
 * What native/ offers to `native.ts`: thin layers over system calls.
 *
 * Descriptors are close-on-exec, interrupted calls are repeated. A failing call throws a `SystemError`. Text is
 * UTF-8 on the outside; what is no UTF-8 there becomes U+FFFD, and so does half a surrogate pair on its way out.
 */
declare module "lxc-cni:host" {
  // --- process.c ---

  export function getpid(): number;
  export function geteuid(): number;
  export function getegid(): number;
  /** The supplementary groups. */
  export function getgroups(): number[];
  /** Changes the effective user and group and the supplementary groups, to those of an ordinary one or back to root's. */
  export function become(userId: number, groupId: number, otherGroups: readonly number[]): void;
  export function programArguments(): string[];
  export function environment(): Record<string, string>;
  /** The path of the running file, without symbolic links. */
  export function executable(): string;
  /** Whether a signal that is held back asks this process to end. */
  export function isAskedToEnd(): boolean;
  export function isatty(descriptor: number): boolean;
  /**
   * Has `main` called once all modules are evaluated, which may have been done when the executable was built. It returns
   * the status with which the process ends, or a promise of it, unless a signal that was held back takes its place.
   */
  export function run(main: () => number | Promise<number>): void;

  // --- files.c ---

  export const O_RDONLY: number;
  export const O_WRONLY: number;
  export const O_RDWR: number;
  export const O_CREAT: number;
  export const O_EXCL: number;
  export const O_NONBLOCK: number;
  export const O_DIRECTORY: number;
  export const O_NOFOLLOW: number;
  export const O_PATH: number;

  /** @param netns The descriptor of the network namespace in which to open it. */
  export function open(path: string, flags: number, mode?: number, netns?: number): number;
  /** The same; undefined where there is no such file (ENOENT). */
  export function openIfThere(path: string, flags: number, mode?: number): number | undefined;
  export function close(descriptor: number): void;
  /** Reads to the end, waiting for more where the descriptor is non-blocking. */
  export function readAll(descriptor: number): string;
  /** Standard input. Signals that ask to end do end the process meanwhile, unless it was started to ignore them. */
  export function readInput(): string;
  /** Reads a regular file to its end. Anything else is EISDIR or EINVAL. */
  export function readRegular(descriptor: number): string;
  /** Reads the last bytes of a file. */
  export function readTail(descriptor: number, length: number): string;
  /** Writes all of it; it goes out as one write(2) where the kernel takes it whole. */
  export function writeAll(descriptor: number, text: string): void;
  /** Reads at a place; fewer bytes than asked for where the file ends. */
  export function readAt(descriptor: number, offset: number, length: number): Uint8Array;
  export function writeAt(descriptor: number, offset: number, bytes: Uint8Array): void;
  /** Leaves nothing of what the file holds. */
  export function truncate(descriptor: number): void;
  export function fchmod(descriptor: number, mode: number): void;
  export function fsync(descriptor: number): void;

  // --- paths.c ---

  export function link(from: string, to: string): void;
  export function rename(from: string, to: string): void;
  export function symlink(target: string, path: string): void;
  export function unlink(path: string): void;
  export function rmdir(path: string): void;
  export function mkdir(path: string, mode: number): void;
  /** The names in byte order. */
  export function scandir(path: string): string[];
  /** @returns undefined where the path leads nowhere (ENOENT, ENOTDIR). */
  export function stat(path: string): HostStatus | undefined;
  /** Sets the time of modification, in seconds since 1970. */
  export function setModified(path: string, seconds: number): void;
  export function realpath(path: string): string;
  export function isExecutable(path: string): boolean;

  /** The fields of stat(2), the times in nanoseconds. */
  export interface HostStatus {
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly dev: number;
    readonly ino: number;
    readonly size: number;
    readonly mtime: bigint;
    readonly ctime: bigint;
  }

  // --- locks.c ---

  /** @returns false when others held the lock for all of `patience` (milliseconds). */
  export function flock(descriptor: number, shared: boolean, patience: number): boolean;
  /** Gives the lock back, and closes the file. */
  export function unlock(descriptor: number): void;

  // --- namespaces.c ---

  export function openNetns(path: string): HostNetns;
  /**
   * What a descriptor from somebody else is. Never waits for its file.
   *
   * @returns `owner` is the user who owns the user namespace that it belongs to; undefined where that is our own.
   * @throws EINVAL where it is no network namespace.
   */
  export function examineNetns(descriptor: number): HostNetns & { readonly owner: number | undefined };

  export interface HostNetns {
    readonly descriptor: number;
    readonly identity: string;
  }

  // --- netlink.c ---

  export const NETLINK_ROUTE: number;
  export const NETLINK_NETFILTER: number;

  /**
   * @param netns The descriptor of a network namespace.
   * @param groups The groups of events that it gets (RTMGRP_ or NFNLGRP_), as bits.
   */
  export function netlinkOpen(protocol: number, netns?: number, groups?: number): number;
  export function netlinkSend(socket: number, datagram: Uint8Array): void;
  /** @returns `undefined` when nothing came for all of `patience` (milliseconds). */
  export function netlinkReceive(socket: number, patience: number): Uint8Array | undefined;
  /** For lib/net/netlink/attribute-values.ts. */
  export function attributeValues(bytes: Uint8Array, start: number): number[];

  // --- aside.c ---

  /**
   * Has a process of its own send a datagram of 512 bytes at most. It ends when the kernel is done with that, or with this
   * process. Fails with ENOSYS before Linux 5.9.
   */
  export function netlinkSendAside(socket: number, datagram: Uint8Array): void;

  /** Closes a socket without waiting for the kernel to let go of it: a process of its own does, or ends with this one. */
  export function closeAside(socket: number): void;

  // --- unix.c ---

  /** @param patience How long to wait for a place in the queues, in milliseconds; also that of sendMessage. */
  export function unixConnect(path: string, patience: number): number;
  export function unixListen(path: string, mode: number): number;
  /** Makes an inherited socket close-on-exec. @returns whether it listens; EPROTOTYPE where it is of another kind. */
  export function adoptSocket(descriptor: number): boolean;
  /**
   * Gives each connection a process of its own, `limit` (256 at most) of them at a time, and `userLimit` for one user;
   * more of a user are closed.
   *
   * @returns in each of these, the connection; in the first process, undefined when it is to end.
   */
  export function acceptEach(listener: number, limit: number, userLimit: number): number | undefined;
  export function peerOf(connection: number): { uid: number; gid: number; groups: number[] };
  // --- unix-messages.c ---

  /** @param passed A descriptor to go with it. */
  export function sendMessage(connection: number, text: string, passed?: number): void;
  /**
   * @param limit Its greatest length in bytes.
   * @returns undefined when none came for all of `patience` (milliseconds); an empty text at the end.
   * @throws EMSGSIZE where it is longer, or has more than eight descriptors.
   */
  export function receiveMessage(
    connection: number,
    limit: number,
    patience: number,
  ): { text: string; descriptors: number[] } | undefined;

  // --- commands.c ---

  /**
   * Starts a program.
   *
   * @param program Its path.
   * @param programArguments What it is called with, its own name first.
   * @param environment `NAME=value`, each.
   * @param netns The descriptor of the network namespace to run it in.
   */
  export function spawn(
    program: string,
    programArguments: readonly string[],
    environment: readonly string[],
    input: string | undefined,
    netns: number | undefined,
  ): HostChild;
  /** Waits for its end, at most until `deadline` (of {@linkcode monotonic}); false where it has not come by then. */
  export function hasEnded(child: HostChild, deadline: number): boolean;
  /** Waits for its end, at most until `deadline` (of {@linkcode monotonic}), then kills it. Closes the child's descriptors. */
  export function reap(child: HostChild, deadline: number): HostOutcome;

  export interface HostChild {
    readonly pid: number;
    /** -1 where the kernel has none, or a policy forbids them; its end is noticed up to a millisecond later then. */
    readonly pidfd: number;
    readonly output: number;
    readonly errors: number;
  }

  export interface HostOutcome {
    readonly status: number | undefined;
    readonly signal: number | undefined;
    readonly late: boolean;
    readonly output: string;
    readonly errors: string;
  }

  // --- clock.c ---

  /** Milliseconds of CLOCK_MONOTONIC. */
  export function monotonic(): number;
  export function sleep(milliseconds: number): void;
  export function random(length: number): Uint8Array;

  // --- syslog.c ---

  /** Tells the system's log; that there is none, or that it does not listen, is no failure. */
  export function syslog(severity: number, text: string): void;

  // --- compose.c ---

  /** For lib/net/netlink/compose.ts. */
  export function message(
    type: number,
    flags: number,
    sequence: number,
    fixed: Uint8Array,
    attributes: readonly object[],
  ): Uint8Array;

  // --- messages.c ---

  /** For lib/net/netlink/parse-messages.ts. */
  export function parseMessages(datagram: Uint8Array): object[];

  /** For lib/net/netlink/messages-with.ts. */
  export function messagesWith(wanted: Uint8Array, datagram: Uint8Array): Uint8Array[];

  // --- sha512.c ---

  /** As that of lib/encoding/sha512.ts, whose place it takes in native executables; so do those below. */
  export function sha512(bytes: Uint8Array): Uint8Array;

  // --- statement.c ---

  /** For lib/net/nf-tables/statement.ts. */
  export function parseStatement(bytes: Uint8Array): object | undefined;

  // --- addresses.c ---

  /** For lib/ip/address-digits.ts. */
  export function addressDigits(text: string): string | undefined;

  // --- text.c ---

  /** For lib/encoding/utf8.ts. */
  export function encodeUtf8(text: string): Uint8Array;
  export function decodeUtf8(bytes: Uint8Array, start?: number, end?: number): string;
  /** For lib/encoding/hex.ts. */
  export function encodeHex(bytes: Uint8Array, separator?: string): string;
  /** For lib/encoding/html.ts. */
  export function escapeHtml(json: string): string;
}
