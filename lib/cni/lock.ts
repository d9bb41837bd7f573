import { system } from "#system";
import { isSystemError } from "../system/error.ts";
import type { Lock, LockOptions } from "../system/system.ts";
import { CniError, Code } from "./error.ts";
import { inDirectory } from "./in-directory.ts";
import { inSeconds, timeLeft, whyNoLonger } from "./time-limit.ts";

/** Where the locks of this boot are (docs/formats.md). */
const directory = "/run/lxc-cni/locks";

/** How long to wait for a lock, in milliseconds, where there is time. */
const longestPatience = 10_000;

/**
 * What can be locked, in the order in which locks are taken.
 *
 * * `networks`: which networks there are: held by who adds one, or removes one.
 * * `user`: all that the service does for an ordinary user.
 * * `migration`: a container's move from or to another host.
 * * `container`: all that lxc-cni does to a container.
 * * `collection`: garbage of networks: shared by a runtime that attaches, exclusive while plugins are told what is in use.
 * * `member`: all that a plugin does to a container on one network. (Its interfaces there share a chain of rules.)
 * * `network`: the attachments of a network: shared by those who change one of them, exclusive for GC.
 * * `bridge`: the ports of a bridge: shared by those who add one, exclusive for those who delete it.
 * * `network-rules`: the rules that all attachments of a network share.
 * * `leases`: the leases of a directory whose file system has no locks; elsewhere that has one of its own.
 */
export type Lockable =
  | "networks"
  | "user"
  | "migration"
  | "container"
  | "collection"
  | "member"
  | "network"
  | "bridge"
  | "network-rules"
  | "leases";

/** How to take a lock. */
export interface LockManner {
  /** Share it with others that share it, instead of excluding everyone. */
  readonly shared?: boolean;
}

/**
 * Does `work` while nobody else does any for the same identity.
 *
 * A lock file is named after the last three characters of the identity, which are those of a hash: so there are not
 * too many, and two identities that happen to share one wait for each other. Where they cannot be made (a read-only
 * /run), the work is done without: the kernel and the lease files still let one of two calls win.
 *
 * @param identity What is locked: `all` networks, a hash of a user id, the id of an LXC container, the name of a
 *   container's chain on a network, a text whose end is a hash of the name of a network or a bridge.
 * @throws CniError 11 when others held the lock for ten seconds, or until the time was up.
 */
export function withLock<T>(kind: Lockable, identity: string, work: () => T, manner: LockManner = {}): T {
  const lock = take(kind, identity, manner);
  try {
    return work();
  } finally {
    lock?.release();
  }
}

/**
 * Does `work` if nobody else holds the lock at this moment; see {@linkcode withLock}.
 *
 * @returns whether it was done.
 */
export function ifUnlocked(kind: Lockable, identity: string, work: () => void): boolean {
  const lock = unlessImpossible(() => lockFile(nameOf(kind, identity), { patience: 0 }));
  if (lock === undefined) return false;
  try {
    work();
  } finally {
    lock.release();
  }
  return true;
}

/**
 * Takes a lock; see {@linkcode withLock}.
 *
 * @param wait How long to wait for it, in milliseconds; 0 tries once.
 * @returns undefined when others held it all the time.
 * @throws SystemError where there can be no locks.
 */
export function takeLock(kind: Lockable, identity: string, wait: number): Lock | undefined {
  return lockFile(nameOf(kind, identity), { patience: wait });
}

/**
 * A lock; undefined where there can be none.
 *
 * @throws CniError 11 when others held it for too long.
 */
function take(kind: Lockable, identity: string, { shared }: LockManner): Lock | undefined {
  const name = nameOf(kind, identity);
  const patience = timeLeft(longestPatience);
  const taken = unlessImpossible(() => ({ lock: lockFile(name, { patience, shared }) }));
  if (taken === undefined || taken.lock !== undefined) return taken?.lock;
  throw new CniError(
    Code.tryAgainLater,
    `${directory}/${name} is locked`,
    `another call held it for ${inSeconds(patience)}; ${whyNoLonger("try again when it has ended")}`,
  );
}

function nameOf(kind: Lockable, identity: string): string {
  return `${kind}-${identity.slice(-3)}`;
}

/** What an action gives; undefined where there can be no locks. */
function unlessImpossible<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** A lock; undefined when others held it all the time. @throws SystemError where there can be none */
function lockFile(name: string, options: Pick<LockOptions, "patience" | "shared">): Lock | undefined {
  return inDirectory(directory, () => system.lock(`${directory}/${name}`, { ...options, mode: 0o600 }));
}
