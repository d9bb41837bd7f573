import type { Address } from "../../lib/ip/address.ts";
import { rangeContains } from "../../lib/ip/range.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";
import { isGateway } from "./candidates.ts";

/** How many of the addresses of a range set are leased. */
export interface Capacity {
  readonly used: bigint;
  readonly free: bigint;
}

/**
 * How many addresses a set has to give; gateways are never given.
 *
 * @returns 2^64 and more for IPv6.
 */
export function sizeOf(set: RangeSet): bigint {
  return set
    .map((range) => range.end.value - range.start.value + (rangeContains(range, range.gateway) ? 0n : 1n))
    .reduce((sum, each) => sum + each, 0n);
}

/**
 * What is used and what is free of a set. Takes as long as there are addresses in `leased`, not in the set.
 *
 * @param leased Addresses that are leased, each once; those of other sets do not count.
 */
export function capacityOf(set: RangeSet, leased: readonly Address[]): Capacity {
  const own = leased.filter((address) => rangeOf(set, address) !== undefined && !isGateway(set, address));
  const used = BigInt(own.length);
  return { used, free: sizeOf(set) - used };
}
