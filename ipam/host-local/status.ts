import { CniError, Code } from "../../lib/cni/error.ts";
import type { NetworkRequest } from "../../lib/cni/request.ts";
import { parseAddress } from "../../lib/ip/address.ts";
import { formatRangeSet, type RangeSet } from "../../lib/ip/range-set.ts";
import { capacityOf, sizeOf } from "./capacity.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { leaseNames, readLeaseFiles } from "./lease-files.ts";
import { leaseDirectory, tryWriting } from "./leases.ts";
import { rangeSetsOf } from "./ranges.ts";
import { readResolvConf } from "./resolv-conf.ts";
import { routesOf } from "./routes.ts";

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
  orUnavailable(() => tryWriting(directory));
  const names = leaseNames(directory);
  // So much for most networks: a set that has more addresses than there are leases has one to give.
  if (sets.every((set) => sizeOf(set) > BigInt(names.length))) return;
  requireFree(sets, directory);
}

/** Looks closely: what a crash of the reference left, an empty file, is free to be taken. */
function requireFree(sets: readonly RangeSet[], directory: string): void {
  const taken = [...readLeaseFiles(directory).contents].filter(([, content]) => content !== "");
  const leased = taken.map(([name]) => parseAddress(name)).filter((address) => address !== undefined);
  const capacities = sets.map((set) => capacityOf(set, leased));
  const exhausted = sets.find((_, number) => (capacities[number]?.free ?? 0n) <= 0n);
  if (exhausted === undefined) return;
  const counts = capacities.map(
    ({ used, free }, number) => `range set ${number}: ${used} used, ${free} free`,
  );
  throw new CniError(
    Code.unavailable,
    `no IP addresses available in range set: ${formatRangeSet(exhausted)}`,
    `${counts.join("; ")}; widen the range set, or DEL the attachments that are no longer in use`,
  );
}

/** Does what ADD would do, too. @throws CniError 50 when it fails */
function orUnavailable(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(Code.unavailable, error.message, error.details);
  }
}
