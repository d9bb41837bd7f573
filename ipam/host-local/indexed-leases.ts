import { type Address, formatAddress } from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import type { KnownLeases } from "./known-leases.ts";
import { type LeaseFiles, readLeaseFiles } from "./lease-files.ts";
import type { LeaseTables } from "./lease-tables.ts";
import { leaseAddress } from "./sort-files.ts";

/**
 * The leases of a directory of which an index knows.
 *
 * @returns undefined where a file has become a lease by being written in its place, which leaves no trace in the directory.
 */
export function indexedLeases(directory: string, tables: LeaseTables): IndexedLeases | undefined {
  const leases = new IndexedLeases(directory, tables);
  const hasNew = [...leases.files.contents].some(
    ([name, content]) => leaseAddress(name) !== undefined && content !== undefined && content !== "",
  );
  return hasNew ? undefined : leases;
}

/** The leases of a directory of which an index knows: their files are read only where one is asked for. */
class IndexedLeases implements KnownLeases {
  readonly files: LeaseFiles;
  readonly #directory: string;
  readonly #tables: LeaseTables;

  constructor(directory: string, tables: LeaseTables) {
    this.#directory = directory;
    this.#tables = tables;
    this.files = readLeaseFiles(directory, tables.watched);
  }

  get count(): number {
    return this.#tables.leases;
  }

  namesHolding(content: string): string[] | undefined {
    const indexed = this.#tables.addressesOf(content).map(formatAddress);
    // As above, it may have been written in its place.
    if (indexed.some((name) => this.contentOf(name) !== content)) return undefined;
    const watched = [...this.files.contents].filter(([, found]) => found === content).map(([name]) => name);
    return [...indexed, ...watched.filter((name) => !indexed.includes(name))];
  }

  contentOf(name: string): string | undefined {
    return readLeaseFiles(this.#directory, [name]).contents.get(name);
  }

  firstFree(span: Span): Address | undefined {
    return this.#tables.firstFree(span);
  }

  countIn(span: Span): bigint {
    return this.#tables.countIn(span);
  }

  add(name: string, content: string): void {
    this.#tables.add(name, content);
    this.files.contents.delete(name);
  }

  remove(name: string, content: string | undefined): void {
    this.#tables.remove(name, content);
    this.files.contents.delete(name);
  }
}
