import { type Address, compareAddress, formatAddress } from "./address.ts";
import type { Prefix } from "./prefix.ts";

/** The addresses from `start` to `end`, both included, of one subnet. */
export interface Range {
  readonly subnet: Prefix;
  readonly start: Address;
  readonly end: Address;
  /** The subnet's router, which need not be between `start` and `end`. */
  readonly gateway: Address;
}

/** Whether the address is one of the range's. */
export function rangeContains({ start, end }: Pick<Range, "start" | "end">, address: Address): boolean {
  return compareAddress(start, address) <= 0 && compareAddress(address, end) <= 0;
}

/** Whether some address is in both ranges. */
export function rangesOverlap(a: Range, b: Range): boolean {
  return compareAddress(a.start, b.end) <= 0 && compareAddress(b.start, a.end) <= 0;
}

/** The range as the reference writes it: `10.1.2.1-10.1.2.254`. */
export function formatRange({ start, end }: Range): string {
  return `${formatAddress(start)}-${formatAddress(end)}`;
}
