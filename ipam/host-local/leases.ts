import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment, ValidAttachment } from "../../lib/cni/request.ts";
import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";
import { type KnownLeases, namesHeldBy } from "./known-leases.ts";
import { contentFor, isLeftOver, lastReservedName, readLastReserved } from "./lease-files.ts";
import { LockedKnowledge } from "./locked-knowledge.ts";
import { unlessRefused } from "./state-file.ts";

/**
 * The leases of a network: a directory that holds a file for each leased address, in the reference's format.
 *
 * The file is named like the address and holds container and interface. Its creation, which fails for a name that
 * is taken, is what decides between two calls; the lock only spares them the contest, and keeps an empty file (what
 * a crash of the reference leaves behind) from being taken for one that is just being written.
 */
export class Leases {
  readonly #directory: string;
  readonly #knowledge: LockedKnowledge;
  /** Why some cannot be read, in words. */
  readonly #unreadable: string[] = [];
  /** What happened to files of the directory: whether some changed, and whether it is known how that went. */
  #isChanged = false;
  #isCertain = true;

  constructor(directory: string) {
    this.#directory = directory;
    this.#knowledge = new LockedKnowledge(directory);
    const { unreadable, temporary } = this.#knowledge.known.files;
    for (const [name, error] of unreadable) {
      // Nobody knows whose it is, so it is nobody's to take or to release. What is no file is no lease.
      if (!noFile.includes(error.code)) this.#unreadable.push(`${name}: ${error.message}`);
      warn(`ignored ${this.#pathOf(name)}: ${error.message}`);
    }
    // Under the lock, nobody is writing them.
    for (const name of temporary) this.#sweep(name);
  }

  /** Keeps what is known of the leases for the next call. */
  close(): void {
    if (this.#isCertain) this.#knowledge.keep(this.#isChanged);
    this.#knowledge.close();
  }

  /** The addresses that the attachment holds. */
  heldBy(attachment: Attachment): Address[] {
    const names = [contentFor(attachment), attachment.container].flatMap((content) =>
      this.#knowledge.namesHolding(content),
    );
    return names.map(parseAddress).filter((address) => address !== undefined);
  }

  /** The first address of the span that nobody is known to hold; it may be taken all the same. */
  firstFree(span: Span): Address | undefined {
    return this.#knowledge.known.firstFree(span);
  }

  /** What is known of them. */
  get known(): KnownLeases {
    return this.#knowledge.known;
  }

  /** When the file of a lease was written, in nanoseconds since 1970; undefined where there is none. */
  modified(name: string): bigint | undefined {
    return system.status(this.#pathOf(name))?.modified;
  }

  /** Whether leases of earlier boots were looked for in vain not long ago; where there are many, that takes long. */
  get wasReclaimedInVain(): boolean {
    return this.#knowledge.wasReclaimedInVain;
  }

  /** Notes that leases of earlier boots were looked for in vain. */
  noteReclaimedInVain(): void {
    this.#knowledge.noteReclaimedInVain();
  }

  /** What every file holds, by its name; undefined where it cannot be read. Reads them all. */
  readAll(): ReadonlyMap<string, string | undefined> {
    return this.#knowledge.readAll().files.contents;
  }

  /** Whether nobody is known to hold an address; it may be taken all the same. */
  isFree(address: Address): boolean {
    return this.firstFree({ start: address, end: address }) !== undefined;
  }

  /**
   * Leases an address to the attachment that is free, as far as that is known.
   *
   * @returns false when it is leased already, even if to the same attachment.
   */
  take(address: Address, attachment: Attachment): boolean {
    const name = formatAddress(address);
    const content = contentFor(attachment);
    try {
      if (!this.#create(name, content)) return false;
    } catch (error) {
      // The file may be there all the same. Under the lock, nobody else can have made it.
      this.#removeIfHolding(name, content);
      throw error;
    }
    this.#knowledge.known.add(name, content);
    return true;
  }

  /**
   * Has the lease of an address that the attachment holds be one of now: early ones name no interface, and one that is
   * older than the boot could be taken for one that nobody has any more.
   */
  renew(address: Address, attachment: Attachment): void {
    const name = formatAddress(address);
    const content = contentFor(attachment);
    const found = this.#knowledge.known.contentOf(name);
    if (found === content) {
      unlessRefused(() => system.setModified(this.#pathOf(name), Math.floor(system.now() / 1000)));
      return;
    }
    this.#change(() => system.replaceFile(this.#pathOf(name), content, 0o600));
    this.#knowledge.known.remove(name, found);
    this.#knowledge.known.add(name, content);
  }

  /** Ends the lease of an address, whoever holds it. */
  release(address: Address): void {
    this.#remove(formatAddress(address));
  }

  /**
   * Ends all leases of the attachment (see {@linkcode namesHeldBy}).
   *
   * @param isHeld Whether the lease of an address is to stay.
   * @throws CniError 5 when a file could not be removed, or none is the attachment's but some could not be read; the
   *   others are gone then.
   */
  releaseAll(attachment: Attachment, isHeld: (address: Address) => boolean): void {
    const names = namesHeldBy(attachment, this.#knowledge);
    const ended = names.filter((name) => {
      const address = parseAddress(name);
      return address === undefined || !isHeld(address);
    });
    this.#removeAll(ended, names.length > 0 ? [] : this.#unreadable);
  }

  /**
   * Ends the leases of all attachments but these, and removes empty files, which a crash of the reference leaves.
   *
   * What is no lease stays, and so does one that names no interface: nobody can tell that it is not in use.
   *
   * @param isHeld Whether the lease of an address is to stay in any case.
   * @returns the names of the files that stay though they are no leases of these attachments.
   * @throws CniError 5 when a file could not be removed; the others are gone then.
   */
  releaseAllBut(valid: readonly ValidAttachment[], isHeld: (address: Address) => boolean): string[] {
    const inUse = new Set(valid.flatMap((each) => [contentFor(each), each.container]));
    const others = [...this.readAll()].filter(([, content]) => content === undefined || !inUse.has(content));
    const left = others.filter(([, content]) => !isLeftOver(content)).map(([name]) => name);
    const stale: string[] = [];
    for (const [name, content] of others) {
      const address = parseAddress(name);
      if (!isLeftOver(content)) continue;
      if (address === undefined) left.push(name);
      else if (!isHeld(address)) stale.push(name);
    }
    this.#removeAll(stale, []);
    return left.sort();
  }

  /** The address of a range set that was handed out last. */
  lastReserved(set: number): Address | undefined {
    try {
      return readLastReserved(this.#directory, set);
    } catch (error) {
      // It only tells where to go on; without it the set is searched from its start.
      if (!isSystemError(error, "ENOENT")) warn(`Error retrieving last reserved ip: ${describe(error)}`);
      return undefined;
    }
  }

  /** Keeps the address of a range set that was handed out last. */
  setLastReserved(set: number, address: Address): void {
    const path = this.#pathOf(`${lastReservedName}${set}`);
    this.#change(() => system.replaceFile(path, formatAddress(address), 0o600));
  }

  /**
   * Writes a file and removes it again.
   *
   * @throws CniError 5 when that is not possible.
   */
  tryWriting(): void {
    // A call that finds it, after this one was killed, removes it.
    const path = this.#pathOf(`${temporaryPrefix}status`);
    try {
      this.#change(() => system.replaceFile(path, "status", 0o600));
      this.#change(() => system.removeFile(path));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new CniError(Code.inputOutput, `cannot write leases in ${this.#directory}`, error.message);
    }
  }

  /** Creates the file of a lease, or fills one that is empty. @returns false when there is one that is not */
  #create(name: string, content: string): boolean {
    if (this.#change(() => system.createFile(this.#pathOf(name), content, 0o600))) return true;
    const isEmpty = this.#knowledge.known.contentOf(name) === "";
    if (isEmpty) this.#change(() => system.replaceFile(this.#pathOf(name), content, 0o600));
    // It was made by somebody who does not take the lock.
    else this.#knowledge.distrust();
    return isEmpty;
  }

  /** Changes a file of the directory. What became of that is not known when it throws. */
  #change<T>(action: () => T): T {
    this.#isChanged = true;
    const wasCertain = this.#isCertain;
    this.#isCertain = false;
    const result = action();
    this.#isCertain = wasCertain;
    return result;
  }

  #sweep(name: string): void {
    try {
      this.#change(() => system.removeFile(this.#pathOf(name)));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      warn(`cannot remove ${this.#pathOf(name)}: ${error.message}`);
    }
  }

  #removeIfHolding(name: string, content: string): void {
    try {
      if (system.readRegular(this.#pathOf(name)) === content) system.removeFile(this.#pathOf(name));
    } catch (error) {
      if (!isSystemError(error)) throw error;
    }
  }

  #remove(name: string): void {
    const content = this.#knowledge.known.contentOf(name);
    this.#change(() => system.removeFile(this.#pathOf(name)));
    this.#knowledge.known.remove(name, content);
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

/** Why a file cannot be read that is none: a directory, a FIFO, a socket. */
const noFile = ["EISDIR", "EINVAL", "ENXIO"];

function warn(text: string): void {
  system.writeStandardError(`host-local: ${text}\n`);
}
