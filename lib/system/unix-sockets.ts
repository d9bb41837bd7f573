import type { Netns } from "./system.ts";

/** Unix sockets of sequenced packets (unix(7), SOCK_SEQPACKET): messages of text, with namespaces in them. */
export interface UnixSockets {
  /**
   * The socket that this process was given by whoever started it (sd_listen_fds(3)): LISTEN_PID is this process, and
   * LISTEN_FDS is 1. It can be taken over once.
   *
   * @returns `undefined` where it was given none.
   * @throws SystemError ENOTSOCK, EPROTOTYPE where it was given something else.
   */
  inherited(): UnixListener | UnixConnection | undefined;

  /**
   * Makes a socket that listens at a path, in place of what is there.
   *
   * @param mode Permission bits, whatever the umask is; who may write to it may connect.
   */
  listen(path: string, mode: number): UnixListener;

  /**
   * Connects.
   *
   * @param patience How long to wait, in milliseconds, where others wait already.
   * @throws SystemError ENOENT, ECONNREFUSED where nobody listens.
   */
  connect(path: string, patience: number): UnixConnection;
}

/** A socket to which others connect. */
export interface UnixListener {
  readonly kind: "listener";
  /**
   * Gives each connection a process of its own, so that none waits for another.
   *
   * @param limit How many there may be at a time, 256 at most; others wait.
   * @param userLimit How many of one user; others are closed.
   * @returns in each of these processes, its connection; in this one, `undefined` when it has been asked to end.
   */
  acceptEach(limit: number, userLimit: number): UnixConnection | undefined;
  close(): void;
}

/** A connection. */
export interface UnixConnection {
  readonly kind: "connection";
  /** Who made it, as the kernel saw it then (SO_PEERCRED, SO_PEERGROUPS). */
  peer(): Peer;
  /** Sends a message, and a namespace with it. */
  send(text: string, netns?: Netns): void;
  /**
   * The next message.
   *
   * @param limit Its greatest length in bytes, at most 64 KiB.
   * @param patience Milliseconds to wait for it.
   * @returns `undefined` when none came; an empty text when the other end is closed.
   * @throws SystemError EMSGSIZE where it is longer, or has more than eight descriptors.
   */
  receive(limit: number, patience: number): UnixMessage | undefined;
  close(): void;
}

/** A process at the other end of a connection. */
export interface Peer {
  /** Its effective user id. */
  readonly userId: number;
  /** Its effective group id, and its other groups. */
  readonly groupIds: readonly number[];
}

/** A message as it was received. */
export interface UnixMessage {
  readonly text: string;
  /** What came with it. They are to be closed. */
  readonly descriptors: readonly PassedDescriptor[];
}

/** A descriptor of whatever somebody else has sent. */
export interface PassedDescriptor {
  /**
   * The network namespace that it is. Never waits for the file, whatever it is.
   *
   * @throws SystemError EINVAL where it is none, EPERM where it is of a user namespace that this process cannot see.
   */
  asNetns(): PassedNetns;
  close(): void;
}

/** A network namespace that somebody else has sent. */
export interface PassedNetns extends Netns {
  /** The user who owns the user namespace that it belongs to; `undefined` where that is the one of this process. */
  readonly owner: number | undefined;
}
