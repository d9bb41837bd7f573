import type { Result } from "../../lib/cni/result.ts";
import { type Address, equalAddress } from "../../lib/ip/address.ts";
import { contains, firstAddressOf, lastAddressOf } from "../../lib/ip/prefix.ts";
import { type Range, rangeContains } from "../../lib/ip/range.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";
import { isGateway } from "./search-order.ts";

/** The range sets of a network, and which addresses are theirs. */
export interface Pools {
  readonly sets: readonly RangeSet[];
  /** Also those of a range's subnet that are not in the range, for those who ask for one (`/ipam/allowOutsideRange`). */
  readonly allowOutsideRange: boolean;
}

/**
 * The range of a set that an address is leased by.
 *
 * An address outside of all ranges is of the first set that has a range whose subnet it is in.
 *
 * @returns undefined where it is of another set, or of none.
 */
export function rangeFor(
  { sets, allowOutsideRange }: Pools,
  set: RangeSet,
  address: Address,
): Range | undefined {
  const range = rangeOf(set, address);
  if (range !== undefined || !allowOutsideRange) return range;
  if (sets.some((each) => rangeOf(each, address) !== undefined)) return undefined;
  const isFirst = sets.find((each) => subnetOf(each, address) !== undefined) === set;
  return isFirst ? subnetOf(set, address) : undefined;
}

/** The addresses of a result that are of one of the sets. Others are another plugin's. */
export function pooledAddresses(pools: Pools, { ips }: Pick<Result, "ips">): Address[] {
  return ips
    .map(({ address }) => address.address)
    .filter((address) => pools.sets.some((set) => rangeFor(pools, set, address) !== undefined));
}

/** Whether an address is the gateway of the range that it is leased by, or outside of ranges of one with that subnet. */
export function isGatewayFor(pools: Pools, set: RangeSet, address: Address): boolean {
  const range = rangeFor(pools, set, address);
  if (range === undefined || rangeContains(range, address)) return isGateway(set, address);
  return set.some(({ subnet, gateway }) => contains(subnet, address) && equalAddress(gateway, address));
}

/** The range of the set whose subnet has the address as that of a host: not its own, and not that of broadcast. */
function subnetOf(set: RangeSet, address: Address): Range | undefined {
  return set.find(({ subnet }) => contains(subnet, address) && !isReserved(subnet, address));
}

function isReserved(subnet: Range["subnet"], address: Address): boolean {
  const isBroadcast = address.family === 4 && equalAddress(address, lastAddressOf(subnet));
  return isBroadcast || equalAddress(address, firstAddressOf(subnet));
}
