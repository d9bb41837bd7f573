import type { Span } from "../../lib/ip/range.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";
import { searchOrder } from "./search-order.ts";

/** How many of the addresses of a range set are leased. */
export interface Capacity {
  readonly used: bigint;
  readonly free: bigint;
}

/**
 * How many addresses a set has to give to those who do not ask for one.
 *
 * @returns 2^64 and more for IPv6.
 */
export function sizeOf(set: RangeSet): bigint {
  return searchOrder(set, undefined).reduce((sum, { start, end }) => sum + end.value - start.value + 1n, 0n);
}

/**
 * What is used and what is free of a set.
 *
 * @param countIn How many addresses of a span are leased.
 */
export function capacityOf(set: RangeSet, countIn: (span: Span) => bigint): Capacity {
  const used = searchOrder(set, undefined).reduce((sum, span) => sum + countIn(span), 0n);
  return { used, free: sizeOf(set) - used };
}
