import {
  type Address,
  addressFromBytes,
  formatAddress,
  mappedBytes,
  parseAddress,
} from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import { AddressTable } from "./address-table.ts";
import { contentKey, homeOf } from "./content-key.ts";
import type { LeaseFiles } from "./lease-files.ts";
import type { Pages } from "./pages.ts";
import { RecordTable } from "./record-table.ts";

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
    const address = this.#addFile(name, content);
    if (address !== undefined) this.#hasRoom &&= this.#addresses.add(address);
  }

  /** Notes files, where nothing is noted yet. */
  addAll(contents: LeaseFiles["contents"]): void {
    const addresses = [...contents].flatMap(([name, content]) => this.#addFile(name, content) ?? []);
    this.#hasRoom &&= this.#addresses.addAll(addresses);
  }

  /** Notes a file, but for its address. @returns the address that is leased by it */
  #addFile(name: string, content: string | undefined): Address | undefined {
    const address = leaseAddress(name);
    if (address === undefined || content === undefined || content === "") this.#watched.add(name);
    else this.#watched.delete(name);
    if (address === undefined || content === "") return undefined;
    this.#leases += 1;
    if (content === undefined) return address;
    const key = contentKey(content);
    this.#hasRoom &&= this.#holders.add(homeOf(key, this.length), key, mappedBytes(address));
    return address;
  }

  /** Notes that a file is gone. @param content What it held. */
  remove(name: string, content: string | undefined): void {
    this.#watched.delete(name);
    const address = leaseAddress(name);
    if (address === undefined || content === "") return;
    this.#leases -= 1;
    this.#addresses.remove(address);
    if (content === undefined) return;
    const key = contentKey(content);
    this.#holders.remove(homeOf(key, this.length), key, mappedBytes(address));
  }
}

/** The address that a file is the lease of by its name; undefined where it is written otherwise than leases are. */
export function leaseAddress(name: string): Address | undefined {
  const address = parseAddress(name);
  // An IPv4 address can be written in one way only, but for that of IPv6.
  const isCanonical = !name.includes(":") || (address && formatAddress(address) === name);
  return isCanonical ? address : undefined;
}
