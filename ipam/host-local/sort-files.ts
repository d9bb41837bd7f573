import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.ts";

/** The files of a lease directory by what an index can note of them; one that cannot be read is both. */
export interface SortedFiles {
  readonly leases: readonly {
    readonly address: Address;
    /** What the file holds; undefined where that cannot be read. */
    readonly content: string | undefined;
  }[];
  /** The names of those that every call has to look into: nothing that stays true can be noted of them. */
  readonly watched: readonly string[];
}

/** Sorts files, given by name and content (undefined where that cannot be read): which are leases, which to look into. */
export function sortFiles(files: Iterable<readonly [string, string | undefined]>): SortedFiles {
  const leases: SortedFiles["leases"][number][] = [];
  const watched: string[] = [];
  for (const [name, content] of files) {
    const address = content === "" ? undefined : leaseAddress(name);
    if (address !== undefined) leases.push({ address, content });
    if (address === undefined || content === undefined) watched.push(name);
  }
  return { leases, watched };
}

/** The address that a file is the lease of by its name; undefined where it is written otherwise than leases are. */
export function leaseAddress(name: string): Address | undefined {
  const address = parseAddress(name);
  // An IPv4 address can be written in one way only, but for that of IPv6.
  const isCanonical = !name.includes(":") || (address && formatAddress(address) === name);
  return isCanonical ? address : undefined;
}
