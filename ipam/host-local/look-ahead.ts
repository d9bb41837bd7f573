import type { NetworkName } from "../../lib/cni/request.ts";
import type { IpConfig, Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import type { Address } from "../../lib/ip/address.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Capacity, capacityOf } from "./capacity.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { exhausted } from "./exhausted.ts";
import { heldAddresses } from "./held.ts";
import type { KnownLeases } from "./known-leases.ts";
import { leaseDirectory } from "./lease-directory.ts";
import { readLastReserved } from "./lease-files.ts";
import { lookAtLeases } from "./look-at-leases.ts";
import { rangeSetsOf } from "./ranges.ts";
import { readResolvConf } from "./resolv-conf.ts";
import { routesOf } from "./routes.ts";
import { searchOrder } from "./search-order.ts";

/**
 * How many addresses of each range set are what, as far as that can be told without the lock.
 *
 * @throws CniError 7 for a configuration that cannot be used; SystemError where leases cannot be read.
 */
export function capacities(config: HostLocalConfig, version: string, network: NetworkName): Capacity[] {
  const sets = rangeSetsOf(config, version);
  const held = heldAddresses(network);
  const count = (known: KnownLeases) =>
    sets.map((set) => capacityOf(set, (span) => known.countIn(span), held));
  return lookAtLeases(leaseDirectory(config.ipam?.dataDir, network), count) ?? [];
}

/**
 * What the next ADD would lease, as far as that can be told without the lock; nothing is taken.
 *
 * @throws CniError 7 for a configuration that cannot be used, 110 where a set is exhausted.
 */
export function nextLease(config: HostLocalConfig, version: string, network: NetworkName): Result {
  const directory = leaseDirectory(config.ipam?.dataDir, network);
  const sets = rangeSetsOf(config, version);
  const find = (known: KnownLeases) =>
    sets.map((set, number) => nextIn(set, lastReserved(directory, number), known));
  const ips = lookAtLeases(directory, find) ?? [];
  const dns = readResolvConf(config.ipam?.resolvConf);
  return { ...emptyResult, ips, routes: routesOf(config), ...(dns === undefined ? {} : { dns }) };
}

function nextIn(set: RangeSet, last: Address | undefined, known: KnownLeases): IpConfig {
  for (const span of searchOrder(set, last)) {
    const address = known.firstFree(span);
    const range = address && rangeOf(set, address);
    if (address === undefined || range === undefined) continue;
    return { address: { address, length: range.subnet.length }, gateway: range.gateway };
  }
  throw exhausted(set);
}

/** The address that a set gave last. Where that cannot be read, ADD starts from the beginning, too. */
function lastReserved(directory: string, number: number): Address | undefined {
  try {
    return readLastReserved(directory, number);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
