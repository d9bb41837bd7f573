import { type Address, equalAddress, nextAddress } from "../../lib/ip/address.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";

/**
 * The addresses of a set in the order in which they are to be tried: round robin, each once.
 *
 * It begins behind the address that was handed out last, so that one that was just released rests as long as
 * possible, and ends with that one. A range's own gateway is left out.
 *
 * A set can have 2^64 addresses and more, so they are made one by one: take the first that is free.
 *
 * @param last The address handed out last; one that is not in the set (any more) counts for nothing.
 */
export function* candidates(set: RangeSet, last: Address | undefined): Generator<Address> {
  const first = last === undefined ? set[0]?.start : (successor(set, last) ?? set[0]?.start);
  let address = first;
  while (address !== undefined && first !== undefined) {
    if (!isGateway(set, address)) yield address;
    address = successor(set, address);
    if (address !== undefined && equalAddress(address, first)) return;
  }
}

/** The address behind one of the set's; behind the last of a range the next range's first, and so on in a circle. */
function successor(set: RangeSet, address: Address): Address | undefined {
  const range = rangeOf(set, address);
  if (range === undefined) return undefined;
  if (!equalAddress(address, range.end)) return nextAddress(address);
  return set[(set.indexOf(range) + 1) % set.length]?.start;
}

/** Whether the address is the gateway of the range that it is in. Those of other ranges are addresses like others. */
export function isGateway(set: RangeSet, address: Address): boolean {
  const range = rangeOf(set, address);
  return range !== undefined && equalAddress(range.gateway, address);
}
