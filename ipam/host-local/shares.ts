import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { type Address, compareAddress, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";
import type { Demand } from "./allocate.ts";
import { isGatewayFor, rangeFor } from "./membership.ts";

/** What one range set is to give. */
export interface Share {
  readonly number: number;
  readonly set: RangeSet;
  readonly requested: Address | undefined;
  /** The lease of the attachment in this set that goes on. */
  readonly kept: Address | undefined;
  /** Its other leases in this set, which end. */
  readonly dropped: readonly Address[];
}

/**
 * Decides which requested and which held address belongs to which set.
 *
 * A set takes the first requested address that is in one of its ranges; one outside of all ranges only if there is none.
 *
 * @param held The addresses that the attachment holds.
 * @throws CniError 111 when it holds one of a set, unless it adopts them, 113 when a requested address is left.
 */
export function divide(demand: Demand, held: readonly Address[]): Share[] {
  const pending = [...demand.requested];
  const shares = demand.sets.map((set, number) => {
    const isInSet = (address: Address) => rangeFor(demand, set, address) !== undefined;
    const requested = pending.find((address) => rangeOf(set, address) !== undefined) ?? pending.find(isInSet);
    if (requested !== undefined) pending.splice(pending.indexOf(requested), 1);

    const own = held.filter(isInSet).sort(compareAddress);
    if (!demand.adopt && own[0] !== undefined) throw duplicate(number, own[0], demand.attachment.container);
    const isKept = (address: Address) =>
      !isGatewayFor(demand, set, address) && (requested === undefined || equalAddress(requested, address));
    const kept = own.find(isKept);
    const dropped = own.filter((address) => address !== kept);
    return { number, set, requested, kept, dropped };
  });
  if (pending.length > 0) throw unassignable(pending);
  return shares;
}

function duplicate(number: number, address: Address, container: ContainerId): CniError {
  const text = formatAddress(address);
  return new CniError(
    Code.duplicateAllocation,
    `failed to allocate for range ${number}: ${text} has been allocated to ${container}, duplicate allocation is not allowed`,
    "DEL the attachment before adding it again",
  );
}

function unassignable(addresses: readonly Address[]): CniError {
  return new CniError(
    Code.addressOutside,
    `failed to allocate all requested IPs: ${addresses.map(formatAddress).join(" ")}`,
    "every requested address must be in a range set, and each range set gives one address",
  );
}
