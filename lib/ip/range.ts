import { type Address, compareAddress, formatAddress } from "./address.ts";
import type { Prefix } from "./prefix.ts";

/** The addresses from `start` to `end`, both included. */
export interface Span {
  readonly start: Address;
  readonly end: Address;
}

/** The addresses from `start` to `end`, both included, of one subnet. */
export interface Range extends Span {
  readonly subnet: Prefix;
  /** The subnet's router, which need not be between `start` and `end`. */
  readonly gateway: Address;
  /** Addresses that are given only to those who ask for them. They need not be between `start` and `end`. */
  readonly excluded: readonly Span[];
}

/** Whether the address is one of the span's. */
export function rangeContains({ start, end }: Span, address: Address): boolean {
  return compareAddress(start, address) <= 0 && compareAddress(address, end) <= 0;
}

/** Whether some address is in both. */
export function rangesOverlap(a: Span, b: Span): boolean {
  return compareAddress(a.start, b.end) <= 0 && compareAddress(b.start, a.end) <= 0;
}

/** The span as the reference writes it: `10.1.2.1-10.1.2.254`. */
export function formatRange({ start, end }: Span): string {
  return `${formatAddress(start)}-${formatAddress(end)}`;
}
