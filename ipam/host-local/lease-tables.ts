import { type Address, addressFromBytes, mappedBytes } from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import { AddressTable } from "./address-table.ts";
import { contentKey, homeOf } from "./content-key.ts";
import type { Pages } from "./pages.ts";
import { RecordTable } from "./record-table.ts";
import { type SortedFiles, sortFiles } from "./sort-files.ts";

/** How many leases there may be for each page of a table: with more, records would seldom be where they are at home. */
const highestLoad = 96;

/**
 * What a lease index says of the files of a directory (docs/formats.md): by what they hold, by their addresses, and the
 * names of those that have to be looked into.
 */
export class LeaseTables {
  /** How many pages each table has: a power of two. */
  readonly length: number;
  readonly #holders: RecordTable;
  readonly #addresses: AddressTable;
  readonly #watched: Set<string>;
  #leases: number;
  #hasRoom = true;

  /** @param known What was noted of them; undefined: nothing. */
  constructor(pages: Pages, length: number, known?: { leases: number; watched: readonly string[] }) {
    this.length = length;
    this.#holders = new RecordTable(pages, 1, length);
    this.#addresses = new AddressTable(new RecordTable(pages, 1 + length, length), length);
    this.#watched = new Set(known?.watched);
    this.#leases = known?.leases ?? 0;
  }

  /** How many addresses are leased. */
  get leases(): number {
    return this.#leases;
  }

  /** The names of files that each call has to look into: nothing that stays true can be noted of them. */
  get watched(): readonly string[] {
    return [...this.#watched];
  }

  /** Whether all that was added found room. */
  get isComplete(): boolean {
    return this.#hasRoom && this.#leases <= highestLoad * this.length;
  }

  /** The addresses whose files hold this. */
  addressesOf(content: string): Address[] {
    const key = contentKey(content);
    return this.#holders
      .valuesOf(homeOf(key, this.length), key)
      .flatMap((bytes) => addressFromBytes(bytes) ?? []);
  }

  /** The first address of the span that is not leased. */
  firstFree(span: Span): Address | undefined {
    return this.#addresses.firstMissing(span);
  }

  /** How many addresses of the span are leased. */
  countIn(span: Span): bigint {
    return this.#addresses.countIn(span);
  }

  /** Notes a file. @param content What it holds; undefined where that cannot be read. */
  add(name: string, content: string | undefined): void {
    const files = sortFiles([[name, content]]);
    this.#watched.delete(name);
    this.#note(files);
    for (const { address } of files.leases) this.#hasRoom &&= this.#addresses.add(address);
  }

  /** Notes files, where nothing is noted yet. */
  addAll(files: SortedFiles): void {
    this.#note(files);
    this.#hasRoom &&= this.#addresses.addAll(files.leases.map(({ address }) => address));
  }

  /** Notes files, but for their addresses. */
  #note({ leases, watched }: SortedFiles): void {
    for (const name of watched) this.#watched.add(name);
    this.#leases += leases.length;
    for (const { address, content } of leases) {
      if (content === undefined) continue;
      const key = contentKey(content);
      this.#hasRoom &&= this.#holders.add(homeOf(key, this.length), key, mappedBytes(address));
    }
  }

  /** Notes that a file is gone. @param content What it held. */
  remove(name: string, content: string | undefined): void {
    this.#watched.delete(name);
    for (const { address } of sortFiles([[name, content]]).leases) {
      this.#leases -= 1;
      this.#addresses.remove(address);
      if (content === undefined) continue;
      const key = contentKey(content);
      this.#holders.remove(homeOf(key, this.length), key, mappedBytes(address));
    }
  }
}
