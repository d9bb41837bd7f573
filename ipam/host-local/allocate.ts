import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { IpConfig } from "../../lib/cni/result.ts";
import {
  type Address,
  compareAddress,
  equalAddress,
  formatAddress,
  nextAddress,
} from "../../lib/ip/address.ts";
import { formatRangeSet, type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Leases } from "./leases.ts";
import { isGateway, searchOrder } from "./search-order.ts";

/** What is to be allocated, and to whom. */
export interface Demand {
  readonly attachment: Attachment;
  /** An address is allocated of each. */
  readonly sets: readonly RangeSet[];
  /** Addresses that must be among them. */
  readonly requested: readonly Address[];
  /** Keep the addresses that the attachment holds, instead of failing because it holds some. */
  readonly adopt: boolean;
}

/** What one range set is to give. */
interface Share {
  readonly number: number;
  readonly set: RangeSet;
  readonly requested: Address | undefined;
  /** The lease of the attachment in this set that goes on. */
  readonly kept: Address | undefined;
  /** Its other leases in this set, which end. */
  readonly dropped: readonly Address[];
}

/**
 * Allocates an address of each range set: a requested one, or the next one that is free.
 *
 * All or nothing: when it fails, it releases what it took, and nothing else.
 *
 * @returns the addresses in the order of the sets.
 * @throws CniError 110 when a set is exhausted, 111 when the attachment holds an address of a set already, 112 when
 *   a requested address is taken, 113 when it is in no set or a gateway, 5 when a lease cannot be written.
 */
export function allocate(leases: Leases, demand: Demand): IpConfig[] {
  const shares = divide(demand, leases.heldBy(demand.attachment));
  const addresses = takeAll(leases, demand.attachment, shares);
  release(
    leases,
    shares.flatMap(({ dropped }) => dropped),
  );
  return addresses;
}

/** Decides which requested and which held address belongs to which set. */
function divide(demand: Demand, held: readonly Address[]): Share[] {
  const pending = [...demand.requested];
  const shares = demand.sets.map((set, number) => {
    const isInSet = (address: Address) => rangeOf(set, address) !== undefined;
    const requested = pending.find(isInSet);
    if (requested !== undefined) pending.splice(pending.indexOf(requested), 1);

    const own = held.filter(isInSet).sort(compareAddress);
    if (!demand.adopt && own[0] !== undefined) throw duplicate(number, own[0], demand.attachment.container);
    const isKept = (address: Address) =>
      !isGateway(set, address) && (requested === undefined || equalAddress(requested, address));
    const kept = own.find(isKept);
    const dropped = own.filter((address) => address !== kept);
    return { number, set, requested, kept, dropped };
  });
  if (pending.length > 0) throw unassignable(pending);
  return shares;
}

function takeAll(leases: Leases, attachment: Attachment, shares: readonly Share[]): IpConfig[] {
  const taken: Address[] = [];
  const take = (share: Share): Address => {
    if (share.kept !== undefined) {
      leases.renew(share.kept, attachment);
      return share.kept;
    }
    const address =
      share.requested === undefined
        ? takeNext(leases, attachment, share)
        : takeRequested(leases, attachment, share.set, share.requested);
    taken.push(address);
    leases.setLastReserved(share.number, address);
    return address;
  };
  try {
    return shares.map((share) =>
      ipConfigOf(
        share.set,
        inContextOf(share.number, () => take(share)),
      ),
    );
  } catch (error) {
    release(leases, taken);
    throw error;
  }
}

function takeNext(leases: Leases, attachment: Attachment, { number, set }: Share): Address {
  for (const { start, end } of searchOrder(set, leases.lastReserved(number))) {
    let address = leases.firstFree({ start, end });
    while (address !== undefined) {
      if (leases.take(address, attachment)) return address;
      address = equalAddress(address, end)
        ? undefined
        : leases.firstFree({ start: nextAddress(address), end });
    }
  }
  throw new CniError(
    Code.exhausted,
    `no IP addresses available in range set: ${formatRangeSet(set)}`,
    "widen the range set, or DEL the attachments that are no longer in use",
  );
}

function takeRequested(leases: Leases, attachment: Attachment, set: RangeSet, address: Address): Address {
  const text = formatAddress(address);
  if (isGateway(set, address)) {
    throw new CniError(
      Code.addressOutside,
      `requested ip ${text} is subnet's gateway`,
      "request another address",
    );
  }
  if (leases.take(address, attachment)) return address;
  throw new CniError(
    Code.addressTaken,
    `requested IP address ${text} is not available in range set ${formatRangeSet(set)}`,
    "another attachment holds it",
  );
}

/** The result's entry for an address of the set. */
function ipConfigOf(set: RangeSet, address: Address): IpConfig {
  const range = rangeOf(set, address);
  if (range === undefined)
    throw new RangeError(`${formatAddress(address)} not in range set ${formatRangeSet(set)}`);
  return { address: { address, length: range.subnet.length }, gateway: range.gateway };
}

/** Releases addresses. That one cannot be released is noted, since it changes nothing about how the call ends. */
function release(leases: Leases, addresses: readonly Address[]): void {
  for (const address of addresses) {
    try {
      leases.release(address);
    } catch (error) {
      system.writeStandardError(
        `host-local: could not release ${formatAddress(address)}: ${describe(error)}\n`,
      );
    }
  }
}

/** Does `work` for a range set, and says in errors which one it was for. */
function inContextOf<T>(number: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CniError) throw failedFor(number, error);
    if (isSystemError(error)) throw failedFor(number, new CniError(Code.inputOutput, error.message));
    throw error;
  }
}

function failedFor(number: number, { code, message, details }: CniError): CniError {
  return new CniError(code, `failed to allocate for range ${number}: ${message}`, details);
}

function duplicate(number: number, address: Address, container: ContainerId): CniError {
  const message = `${formatAddress(address)} has been allocated to ${container}, duplicate allocation is not allowed`;
  return failedFor(
    number,
    new CniError(Code.duplicateAllocation, message, "DEL the attachment before adding it again"),
  );
}

function unassignable(addresses: readonly Address[]): CniError {
  return new CniError(
    Code.addressOutside,
    `failed to allocate all requested IPs: ${addresses.map(formatAddress).join(" ")}`,
    "every requested address must be in a range set, and each range set gives one address",
  );
}
