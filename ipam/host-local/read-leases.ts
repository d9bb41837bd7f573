import { type Address, formatAddress, offsetAddress } from "../../lib/ip/address.ts";
import { rangeContains, type Span } from "../../lib/ip/range.ts";
import type { KnownLeases } from "./known-leases.ts";
import type { LeaseFiles } from "./lease-files.ts";
import { leaseAddress } from "./sort-files.ts";

/** The leases of a directory of which every file was read. */
export class ReadLeases implements KnownLeases {
  readonly files: LeaseFiles;

  constructor(files: LeaseFiles) {
    this.files = files;
  }

  get count(): number {
    return this.files.contents.size;
  }

  namesHolding(content: string): string[] {
    return [...this.files.contents].filter(([, found]) => found === content).map(([name]) => name);
  }

  contentOf(name: string): string | undefined {
    return this.files.contents.get(name);
  }

  firstFree({ start, end }: Span): Address | undefined {
    for (let distance = 0n; distance <= end.value - start.value; distance++) {
      const address = offsetAddress(start, distance);
      const name = formatAddress(address);
      if (!this.files.contents.has(name) || this.files.contents.get(name) === "") return address;
    }
    return undefined;
  }

  countIn(span: Span): bigint {
    let count = 0n;
    for (const [name, content] of this.files.contents) {
      const address = leaseAddress(name);
      if (content !== "" && address !== undefined && rangeContains(span, address)) count += 1n;
    }
    return count;
  }

  add(name: string, content: string): void {
    this.files.contents.set(name, content);
  }

  remove(name: string): void {
    this.files.contents.delete(name);
  }
}
