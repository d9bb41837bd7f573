import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { inDirectory } from "../../lib/cni/in-directory.ts";
import { takeLock } from "../../lib/cni/lock.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import { inSeconds, timeLeft, whyNoLonger } from "../../lib/cni/time-limit.ts";
import { newDigestOf } from "../../lib/encoding/digest.ts";
import { encodeHex } from "../../lib/encoding/hex.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Lock } from "../../lib/system/system.ts";
import { lockName } from "./lease-files.ts";
import { Leases } from "./leases.ts";

/** How long to wait for other calls that hold the lock, in milliseconds, where there is time. */
const lockPatience = 10_000;

/** The directory with the leases of a network. */
export function leaseDirectory(dataDir: string | undefined, network: NetworkName): string {
  return `${dataDir === undefined || dataDir === "" ? "/var/lib/cni/networks" : dataDir}/${network}`;
}

/**
 * Does `work` on the leases of a network while holding the lock that the reference takes, too; where their file system
 * has no locks, one of this host instead.
 *
 * @param directory See {@linkcode leaseDirectory}; created when it is missing.
 * @param patience How long to wait for the lock, in milliseconds.
 * @throws CniError 11 when others held the lock for all that time, 5 when there can be no such directory or lock.
 */
export function withLeases<T>(
  directory: string,
  work: (leases: Leases) => T,
  patience = timeLeft(lockPatience),
): T {
  const lock = lockDirectory(directory, patience);
  if (lock === undefined) {
    const held = `another call held ${directory}/${lockName} for ${inSeconds(patience)}`;
    const details = `${held}; ${whyNoLonger("try again when it has ended")}`;
    throw new CniError(Code.tryAgainLater, `the leases in ${directory} are locked`, details);
  }
  return workUnder(lock, directory, work);
}

/**
 * As {@linkcode withLeases}, but if others hold the lock it does not wait for them.
 *
 * @returns whether the work was done.
 */
export function ifLeasesUnlocked(directory: string, work: (leases: Leases) => void): boolean {
  const lock = lockDirectory(directory, 0);
  if (lock === undefined) return false;
  workUnder(lock, directory, work);
  return true;
}

function workUnder<T>(lock: Lock, directory: string, work: (leases: Leases) => T): T {
  try {
    const leases = new Leases(directory);
    try {
      return work(leases);
    } finally {
      leases.close();
    }
  } finally {
    lock.release();
  }
}

function lockDirectory(directory: string, patience: number): Lock | undefined {
  try {
    return inDirectory(directory, () => lockIn(directory, patience));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot lock the leases in ${directory}`, error.message);
  }
}

function lockIn(directory: string, patience: number): Lock | undefined {
  try {
    return system.lock(`${directory}/${lockName}`, { patience, mode: 0o750 });
  } catch (error) {
    if (!isSystemError(error, ...withoutLocks)) throw error;
    return takeLock("leases", lockIdentity(directory), patience);
  }
}

/** What flock(2) fails with where a file system has none, as some that are of a network do. */
const withoutLocks = ["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** Whatever path leads to the directory, it is the same lock (docs/formats.md). */
function lockIdentity(directory: string): string {
  const { device, inode } = system.status(directory) ?? {};
  return encodeHex(newDigestOf(`${device}:${inode}`));
}
