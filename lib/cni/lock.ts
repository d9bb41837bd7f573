import { system } from "#system";
import { isSystemError } from "../system/error.ts";
import type { Lock } from "../system/system.ts";
import { CniError, Code } from "./error.ts";

/** Where the locks of this boot are (docs/formats.md). */
const directory = "/run/lxc-cni/locks";

/** How long to wait for a lock, in milliseconds. */
const patience = 10_000;

/**
 * What can be locked, in the order in which locks are taken: `container` for all that is done to a container by
 * lxc-cni, `member` for all that is done to a container on one network by a plugin. (Its interfaces on one network share
 * a chain of rules.)
 */
export type Lockable = "container" | "member";

/**
 * Does `work` while nobody else does any for the same identity.
 *
 * A lock file is named after the last three characters of the identity, which are those of a hash: so there are not
 * too many, and two identities that happen to share one wait for each other. Where they cannot be made (a read-only
 * /run), the work is done without: the kernel and the lease files still let one of two calls win.
 *
 * @param identity What is locked: the id of an LXC container, or the name of a container's chain on a network.
 * @throws CniError 11 when others held the lock for ten seconds.
 */
export function withLock<T>(kind: Lockable, identity: string, work: () => T): T {
  const lock = take(`${kind}-${identity.slice(-3)}`);
  try {
    return work();
  } finally {
    lock?.release();
  }
}

function take(name: string): Lock | undefined {
  try {
    return lockFile(name);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function lockFile(name: string): Lock {
  const path = `${directory}/${name}`;
  const options = { patience, mode: 0o600 };
  const lock = openOrMake(() => system.lock(path, options));
  if (lock !== undefined) return lock;
  throw new CniError(
    Code.tryAgainLater,
    `${path} is locked`,
    `another call held it for ${patience / 1000} s; try again when it has ended`,
  );
}

/** The directory is there on every call but the first of a boot. */
function openOrMake<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    system.makeDirectory(directory, 0o755);
    return open();
  }
}
