import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment, NetworkName } from "../../lib/cni/request.ts";
import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Lock } from "../../lib/system/system.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";

/** How long to wait for other calls that hold the lock, in milliseconds. */
const lockPatience = 10_000;

const lockName = "lock";
const lastReservedName = "last_reserved_ip.";

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

function lockDirectory(directory: string, patience: number): Lock {
  const path = `${directory}/${lockName}`;
  try {
    system.makeDirectory(directory, 0o755);
    const lock = system.lock(path, { patience, mode: 0o750 });
    if (lock !== undefined) return lock;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot lock the leases in ${directory}`, error.message);
  }
  const details = `another call held ${path} for ${patience / 1000} s`;
  throw new CniError(Code.tryAgainLater, `the leases in ${directory} are locked`, details);
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
  /** The content of each file, by name; `undefined` where it cannot be read. */
  readonly #files = new Map<string, string | undefined>();
  /** Why some cannot be read, in words. */
  readonly #unreadable: string[] = [];

  /** Reads every file, once. */
  constructor(directory: string) {
    this.#directory = directory;
    for (const name of system.listDirectory(directory) ?? []) {
      // Under the lock, nobody is writing it.
      if (name.startsWith(temporaryPrefix)) this.#sweep(name);
      else if (name !== lockName && !name.startsWith(lastReservedName)) this.#read(name);
    }
  }

  /** The addresses that the attachment holds. */
  heldBy(attachment: Attachment): Address[] {
    const names = [
      ...this.#namesHolding(contentFor(attachment)),
      ...this.#namesHolding(attachment.container),
    ];
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
   * Ends all leases of the attachment. Those that early versions of the reference made, which name no interface, are
   * its own when it has no others.
   *
   * @throws CniError 5 when a file could not be removed, or none is the attachment's but some could not be read; the
   *   others are gone then.
   */
  releaseAll(attachment: Attachment): void {
    const own = this.#namesHolding(contentFor(attachment));
    const names = own.length > 0 ? own : this.#namesHolding(attachment.container);
    const failures = names.length > 0 ? [] : [...this.#unreadable];
    for (const name of names) {
      try {
        this.#remove(name);
      } catch (error) {
        failures.push(describe(error));
      }
    }
    if (failures.length === 0) return;
    throw new CniError(
      Code.inputOutput,
      `cannot release the leases in ${this.#directory}`,
      failures.join("; "),
    );
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

  #namesHolding(content: string): string[] {
    return [...this.#files].filter(([, found]) => found === content).map(([name]) => name);
  }

  #isFree(name: string): boolean {
    return !this.#files.has(name) || this.#files.get(name) === "";
  }

  /** Keeps the content of a file, without white space around it, as the reference compares them. */
  #read(name: string): void {
    try {
      this.#files.set(name, system.readText(this.#pathOf(name)).trim());
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return;
      if (!isSystemError(error)) throw error;
      // Nobody knows whose it is, so it is nobody's to take or to release. A directory is no lease.
      this.#files.set(name, undefined);
      if (error.code !== "EISDIR") this.#unreadable.push(`${name}: ${error.message}`);
      warn(`ignored ${this.#pathOf(name)}: ${error.message}`);
    }
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

  #pathOf(name: string): string {
    return `${this.#directory}/${name}`;
  }
}

/** What the file of an attachment's lease holds, byte for byte as the reference writes it. */
function contentFor({ container, interface: name }: Attachment): string {
  return `${container}\r\n${name}`;
}

function warn(text: string): void {
  system.writeStandardError(`host-local: ${text}\n`);
}
