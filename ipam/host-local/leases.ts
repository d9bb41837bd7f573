import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment, NetworkName, ValidAttachment } from "../../lib/cni/request.ts";
import { trace } from "../../lib/cni/trace.ts";
import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Lock, temporaryPrefix } from "../../lib/system/system.ts";
import {
  contentFor,
  type LeaseFiles,
  lastReservedName,
  lockName,
  namesHeldBy,
  namesHolding,
  readLeaseFiles,
} from "./lease-files.ts";

/** How long to wait for other calls that hold the lock, in milliseconds. */
const lockPatience = 10_000;

/** The directory with the leases of a network. */
export function leaseDirectory(dataDir: string | undefined, network: NetworkName): string {
  return `${dataDir === undefined || dataDir === "" ? "/var/lib/cni/networks" : dataDir}/${network}`;
}

/**
 * Does `work` on the leases of a network while holding the lock that the reference takes, too.
 *
 * @param directory See {@linkcode leaseDirectory}; created when it is missing.
 * @param patience How long to wait for the lock, in milliseconds.
 * @throws CniError 11 when others held the lock for all that time, 5 when there can be no such directory or lock.
 */
export function withLeases<T>(directory: string, work: (leases: Leases) => T, patience = lockPatience): T {
  const lock = lockDirectory(directory, patience);
  try {
    return work(new Leases(directory));
  } finally {
    lock.release();
  }
}

/**
 * Writes a file into the lease directory and removes it again.
 *
 * @param directory See {@linkcode leaseDirectory}; created when it is missing.
 * @throws CniError 5 when that is not possible. While another call is at it, it is taken for possible.
 */
export function tryWriting(directory: string): void {
  const lock = tryLock(directory, 0);
  if (lock === undefined) return;
  // A call that finds it, after this one was killed, removes it.
  const path = `${directory}/${temporaryPrefix}status`;
  try {
    system.replaceFile(path, "status", 0o600);
    system.removeFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot write leases in ${directory}`, error.message);
  } finally {
    lock.release();
  }
}

function lockDirectory(directory: string, patience: number): Lock {
  const lock = tryLock(directory, patience);
  if (lock !== undefined) return lock;
  const details = `another call held ${directory}/${lockName} for ${patience / 1000} s`;
  throw new CniError(Code.tryAgainLater, `the leases in ${directory} are locked`, details);
}

function tryLock(directory: string, patience: number): Lock | undefined {
  try {
    system.makeDirectory(directory, 0o755);
    return system.lock(`${directory}/${lockName}`, { patience, mode: 0o750 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot lock the leases in ${directory}`, error.message);
  }
}

/**
 * The leases of a network: a directory that holds a file for each leased address, in the reference's format.
 *
 * The file is named like the address and holds container and interface. Its creation, which fails for a name that
 * is taken, is what decides between two calls; the lock only spares them the contest, and keeps an empty file (what
 * a crash of the reference leaves behind) from being taken for one that is just being written.
 */
export class Leases {
  readonly #directory: string;
  readonly #files: LeaseFiles["contents"];
  /** Why some cannot be read, in words. */
  readonly #unreadable: string[] = [];

  /** Reads every file, once. */
  constructor(directory: string) {
    this.#directory = directory;
    const { contents, unreadable, temporary } = readLeaseFiles(directory);
    this.#files = contents;
    for (const [name, error] of unreadable) {
      // Nobody knows whose it is, so it is nobody's to take or to release. A directory is no lease.
      if (error.code !== "EISDIR") this.#unreadable.push(`${name}: ${error.message}`);
      warn(`ignored ${this.#pathOf(name)}: ${error.message}`);
    }
    // Under the lock, nobody is writing them.
    for (const name of temporary) this.#sweep(name);
  }

  /** The addresses that the attachment holds. */
  heldBy(attachment: Attachment): Address[] {
    const names = [contentFor(attachment), attachment.container].flatMap((content) =>
      namesHolding(content, this.#files),
    );
    return names.map(parseAddress).filter((address) => address !== undefined);
  }

  /**
   * Leases an address to the attachment.
   *
   * @returns false when it is leased already, even if to the same attachment.
   */
  take(address: Address, attachment: Attachment): boolean {
    const name = formatAddress(address);
    if (!this.#isFree(name)) return false;
    const content = contentFor(attachment);
    try {
      if (this.#files.has(name)) system.replaceFile(this.#pathOf(name), content, 0o600);
      else if (!system.createFile(this.#pathOf(name), content, 0o600)) return false;
    } catch (error) {
      // The file may be there all the same. Under the lock, nobody else can have made it.
      this.#removeIfHolding(name, content);
      throw error;
    }
    this.#files.set(name, content);
    return true;
  }

  /** Writes the lease of an address that the attachment holds as it is written today: early ones name no interface. */
  renew(address: Address, attachment: Attachment): void {
    const name = formatAddress(address);
    const content = contentFor(attachment);
    if (this.#files.get(name) === content) return;
    system.replaceFile(this.#pathOf(name), content, 0o600);
    this.#files.set(name, content);
  }

  /** Ends the lease of an address, whoever holds it. */
  release(address: Address): void {
    this.#remove(formatAddress(address));
  }

  /**
   * Ends all leases of the attachment (see {@linkcode namesHeldBy}).
   *
   * @throws CniError 5 when a file could not be removed, or none is the attachment's but some could not be read; the
   *   others are gone then.
   */
  releaseAll(attachment: Attachment): void {
    const names = namesHeldBy(attachment, this.#files);
    this.#removeAll(names, names.length > 0 ? [] : this.#unreadable);
  }

  /**
   * Ends the leases of all attachments but these, and removes empty files, which a crash of the reference leaves.
   *
   * What is no lease stays, and so does one that names no interface: nobody can tell that it is not in use.
   *
   * @throws CniError 5 when a file could not be removed; the others are gone then.
   */
  releaseAllBut(valid: readonly ValidAttachment[]): void {
    const inUse = new Set(valid.map(contentFor));
    const stale: string[] = [];
    for (const [name, content] of this.#files) {
      if (content !== undefined && inUse.has(content)) continue;
      if (parseAddress(name) !== undefined && isLeftOver(content)) stale.push(name);
      else trace(() => `host-local: left ${this.#pathOf(name)}, which is no lease of an attachment`);
    }
    this.#removeAll(stale, []);
  }

  /** The address of a range set that was handed out last. */
  lastReserved(set: number): Address | undefined {
    try {
      return parseAddress(system.readText(this.#pathOf(`${lastReservedName}${set}`)).trim());
    } catch (error) {
      // It only tells where to go on; without it the set is searched from its start.
      if (!isSystemError(error, "ENOENT")) warn(`Error retrieving last reserved ip: ${describe(error)}`);
      return undefined;
    }
  }

  /** Keeps the address of a range set that was handed out last. */
  setLastReserved(set: number, address: Address): void {
    system.replaceFile(this.#pathOf(`${lastReservedName}${set}`), formatAddress(address), 0o600);
  }

  #isFree(name: string): boolean {
    return !this.#files.has(name) || this.#files.get(name) === "";
  }

  #sweep(name: string): void {
    try {
      system.removeFile(this.#pathOf(name));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      warn(`cannot remove ${this.#pathOf(name)}: ${error.message}`);
    }
  }

  #removeIfHolding(name: string, content: string): void {
    try {
      if (system.readText(this.#pathOf(name)) === content) system.removeFile(this.#pathOf(name));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #remove(name: string): void {
    system.removeFile(this.#pathOf(name));
    this.#files.delete(name);
  }

  /** Removes files. @throws CniError 5 with these failures, and those of files that could not be removed */
  #removeAll(names: readonly string[], failures: readonly string[]): void {
    const all = [...failures];
    for (const name of names) {
      try {
        this.#remove(name);
      } catch (error) {
        all.push(describe(error));
      }
    }
    if (all.length === 0) return;
    throw new CniError(Code.inputOutput, `cannot release the leases in ${this.#directory}`, all.join("; "));
  }

  #pathOf(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

/** Whether an attachment that is not in use may have left this: container and interface, or nothing yet. */
function isLeftOver(content: string | undefined): boolean {
  return content !== undefined && /^([a-zA-Z0-9][a-zA-Z0-9_.-]*\r\n[^\s/:]+)?$/.test(content);
}

function warn(text: string): void {
  system.writeStandardError(`host-local: ${text}\n`);
}
