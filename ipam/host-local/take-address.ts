import { CniError, Code } from "../../lib/cni/error.ts";
import { type Address, equalAddress, formatAddress, nextAddress } from "../../lib/ip/address.ts";
import { rangeContains, type Span } from "../../lib/ip/range.ts";
import { formatRangeSet, type RangeSet } from "../../lib/ip/range-set.ts";
import type { Demand } from "./allocate.ts";
import { exhausted } from "./exhausted.ts";
import { isHeldFromOthers } from "./held.ts";
import type { Leases } from "./leases.ts";
import { isGatewayFor } from "./membership.ts";
import { reclaim } from "./reclaim.ts";
import { searchOrder } from "./search-order.ts";
import type { Share } from "./shares.ts";

/**
 * Takes an address of a set that nobody asked for: the preferred one while that is free, or else the next one that is.
 *
 * @throws CniError 110 when the set is exhausted, and no lease of an earlier boot can be ended either.
 */
export function takeAny(leases: Leases, demand: Demand, { number, set }: Share): Address {
  const order = searchOrder(set, leases.lastReserved(number));
  const preferred = demand.preferred.find((address) => order.some((span) => rangeContains(span, address)));
  if (preferred !== undefined && takeOne(leases, demand, preferred)) return preferred;

  const address = takeNext(leases, demand, order) ?? takeReclaimed(leases, demand, order);
  if (address !== undefined) return address;
  throw exhausted(set);
}

/**
 * Takes an address that was asked for.
 *
 * @throws CniError 112 when it is taken, 113 when it is a gateway.
 */
export function takeRequested(leases: Leases, demand: Demand, set: RangeSet, address: Address): Address {
  const text = formatAddress(address);
  if (isGatewayFor(demand, set, address)) {
    throw new CniError(
      Code.addressOutside,
      `requested ip ${text} is subnet's gateway`,
      "request another address",
    );
  }
  if (takeOne(leases, demand, address)) return address;
  throw new CniError(
    Code.addressTaken,
    `requested IP address ${text} is not available in range set ${formatRangeSet(set)}`,
    "another attachment holds it",
  );
}

/** The first address that is free. */
function takeNext(leases: Leases, demand: Demand, order: readonly Span[]): Address | undefined {
  for (const { start, end } of order) {
    let address = leases.firstFree({ start, end });
    while (address !== undefined) {
      if (takeFree(leases, demand, address)) return address;
      address = equalAddress(address, end)
        ? undefined
        : leases.firstFree({ start: nextAddress(address), end });
    }
  }
  return undefined;
}

/** The first address that is free when leases of an earlier boot have been ended. */
function takeReclaimed(leases: Leases, demand: Demand, order: readonly Span[]): Address | undefined {
  if (leases.wasReclaimedInVain) return undefined;
  const isInPool = (address: Address) => order.some((span) => rangeContains(span, address));
  if (reclaim(leases, demand.attachment.network, isInPool).length === 0) leases.noteReclaimedInVain();
  // Every file has been read for that, so there may be more that is free than was known.
  return takeNext(leases, demand, order);
}

function takeOne(leases: Leases, demand: Demand, address: Address): boolean {
  return leases.isFree(address) && takeFree(leases, demand, address);
}

function takeFree(leases: Leases, { attachment }: Demand, address: Address): boolean {
  return !isHeldFromOthers(attachment.network, address, attachment) && leases.take(address, attachment);
}
