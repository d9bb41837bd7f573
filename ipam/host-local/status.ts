import { CniError, Code } from "../../lib/cni/error.ts";
import type { NetworkName, NetworkRequest } from "../../lib/cni/request.ts";
import type { Address } from "../../lib/ip/address.ts";
import { rangeContains } from "../../lib/ip/range.ts";
import { formatRangeSet, type RangeSet } from "../../lib/ip/range-set.ts";
import { type Capacity, capacityOf, sizeOf } from "./capacity.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { heldAddresses } from "./held.ts";
import type { KnownLeases } from "./known-leases.ts";
import { ifLeasesUnlocked, leaseDirectory } from "./lease-directory.ts";
import type { Leases } from "./leases.ts";
import { lookAtLeases } from "./look-at-leases.ts";
import { rangeSetsOf } from "./ranges.ts";
import { leftByEarlierBoot } from "./reclaim.ts";
import { readResolvConf } from "./resolv-conf.ts";
import { routesOf } from "./routes.ts";
import { searchOrder } from "./search-order.ts";

/**
 * Tells whether ADD could lease an address of each range set (CNI specification 1.1.0, section 2, STATUS).
 *
 * As ADD does, it makes the lease directory when it is missing.
 *
 * @throws CniError 50 when a set has no address left, or a file cannot be read or written that ADD needs; 7 for a
 *   configuration that cannot be used.
 */
export function status({ config, version, network }: NetworkRequest<HostLocalConfig>): void {
  const sets = rangeSetsOf(config, version);
  routesOf(config);
  const directory = leaseDirectory(config.ipam?.dataDir, network);
  orUnavailable(() => readResolvConf(config.ipam?.resolvConf));
  const capacities = orUnavailable(() => capacitiesIn(directory, network, sets)) ?? [];
  const exhausted = sets.find((_, number) => (capacities[number]?.free ?? 1n) <= 0n);
  if (exhausted === undefined) return;
  const counts = capacities.map((capacity, number) => `range set ${number}: ${countsOf(capacity)}`);
  throw new CniError(
    Code.unavailable,
    `no IP addresses available in range set: ${formatRangeSet(exhausted)}`,
    `${counts.join("; ")}; widen the range set, or DEL the attachments that are no longer in use`,
  );
}

function countsOf({ used, held, free }: Capacity): string {
  return held === 0n ? `${used} used, ${free} free` : `${used} used, ${held} held, ${free} free`;
}

/**
 * How much is leased of each set; undefined where each has one to give for sure.
 *
 * @throws CniError 5 where ADD could not write a lease. While another call is at it, it is taken for possible.
 */
function capacitiesIn(
  directory: string,
  network: NetworkName,
  sets: readonly RangeSet[],
): Capacity[] | undefined {
  const held = heldAddresses(network);
  let capacities: Capacity[] | undefined;
  const isLooked = ifLeasesUnlocked(directory, (leases) => {
    leases.tryWriting();
    capacities = capacitiesBy(leases.known, sets, held);
    capacities = capacities?.map((capacity, number) =>
      withReclaimed(capacity, sets[number] ?? [], leases, network),
    );
  });
  return isLooked ? capacities : lookAtLeases(directory, (known) => capacitiesBy(known, sets, held) ?? []);
}

function capacitiesBy(
  known: KnownLeases,
  sets: readonly RangeSet[],
  held: readonly Address[],
): Capacity[] | undefined {
  // So much for most networks: a set that has more addresses than are leased and held has one to give.
  if (sets.every((set) => sizeOf(set) > BigInt(known.count + held.length))) return undefined;
  return sets.map((set) => capacityOf(set, (span) => known.countIn(span), held));
}

/** What an ADD that finds the set exhausted would end, and take, counts as free. */
function withReclaimed(capacity: Capacity, set: RangeSet, leases: Leases, network: NetworkName): Capacity {
  if (capacity.free > 0n || leases.wasReclaimedInVain) return capacity;
  const pool = searchOrder(set, undefined);
  const isInPool = (address: Address) => pool.some((span) => rangeContains(span, address));
  const left = leftByEarlierBoot(leases, network, isInPool);
  if (left.length === 0) leases.noteReclaimedInVain();
  const { used, free } = capacity;
  return { ...capacity, used: used - BigInt(left.length), free: free + BigInt(left.length) };
}

/** Does what ADD would do, too. @throws CniError 50 when it fails */
function orUnavailable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(Code.unavailable, error.message, error.details);
  }
}
