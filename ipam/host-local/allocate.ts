import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig } from "../../lib/cni/result.ts";
import { type Address, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import { formatRangeSet, type RangeSet } from "../../lib/ip/range-set.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Leases } from "./leases.ts";
import { type Pools, rangeFor } from "./membership.ts";
import { divide, type Share } from "./shares.ts";
import { takeAny, takeRequested } from "./take-address.ts";

/** What is to be allocated, and to whom: an address of each set. */
export interface Demand extends Pools {
  readonly attachment: Attachment;
  /** Addresses that must be among them. */
  readonly requested: readonly Address[];
  /** Addresses that shall be among them while they are free. */
  readonly preferred: readonly Address[];
  /** Keep the addresses that the attachment holds, instead of failing because it holds some. */
  readonly adopt: boolean;
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
  const addresses = takeAll(leases, demand, shares);
  release(
    leases,
    shares.flatMap(({ dropped }) => dropped),
  );
  return addresses;
}

function takeAll(leases: Leases, demand: Demand, shares: readonly Share[]): IpConfig[] {
  const taken: Address[] = [];
  const take = (share: Share): Address => {
    const { kept, requested, number, set } = share;
    if (kept !== undefined) {
      leases.renew(kept, demand.attachment);
      return kept;
    }
    const address =
      requested === undefined
        ? takeAny(leases, demand, share)
        : takeRequested(leases, demand, set, requested);
    taken.push(address);
    // The search goes on where it was when somebody came back to an address.
    const isPreferred = demand.preferred.some((each) => equalAddress(each, address));
    if (requested !== undefined || !isPreferred) leases.setLastReserved(number, address);
    return address;
  };
  try {
    return shares.map((share) => {
      const address = inContextOf(share.number, () => take(share));
      return ipConfigOf(demand, share.set, address);
    });
  } catch (error) {
    release(leases, taken);
    throw error;
  }
}

/** The result's entry for an address of the set. */
function ipConfigOf(pools: Pools, set: RangeSet, address: Address): IpConfig {
  const range = rangeFor(pools, set, address);
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
