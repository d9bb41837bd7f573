import type { Address } from "../../lib/ip/address.ts";
import { rangeContains, type Span } from "../../lib/ip/range.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";
import { searchOrder } from "./search-order.ts";

/** How many of the addresses of a range set are what. */
export interface Capacity {
  /** Leased. */
  readonly used: bigint;
  /** Not leased, but kept for somebody who is away. */
  readonly held: bigint;
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
 * What is used, held and free of a set.
 *
 * @param countIn How many addresses of a span are leased.
 * @param held The addresses that are held, of whatever set, leased or not.
 */
export function capacityOf(
  set: RangeSet,
  countIn: (span: Span) => bigint,
  held: readonly Address[],
): Capacity {
  const pool = searchOrder(set, undefined);
  const used = pool.reduce((sum, span) => sum + countIn(span), 0n);
  const isInPool = (address: Address) => pool.some((span) => rangeContains(span, address));
  const isLeased = (address: Address) => countIn({ start: address, end: address }) > 0n;
  const kept = BigInt(held.filter((address) => isInPool(address) && !isLeased(address)).length);
  return { used, held: kept, free: sizeOf(set) - used - kept };
}
