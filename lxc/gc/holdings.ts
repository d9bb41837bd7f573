import { leasesOf } from "../../ipam/host-local/leased.ts";
import { CniError } from "../../lib/cni/error.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { type Network, parseNetwork } from "../../lib/runtime/network.ts";
import type { Places } from "../runtime.ts";
import { readRecords } from "../survey/records.ts";
import { surveyOf } from "../survey/survey.ts";
import type { Holdings, NetworkLease } from "./remains.ts";

/**
 * Looks at all that may be left: records, links, and the leases of all networks that are configured, or were when
 * somebody was attached to them.
 */
export function readHoldings(places: Places, warn: (text: string) => void): Holdings {
  const records = readRecords(warn);
  const configured = configuredNetworks(places);
  // Mostly, all attachments of a network were made by one configuration, and that is the one that there is.
  const sources = new Set(records.kept.map(({ source }) => source));
  for (const { source } of configured) sources.delete(source);
  const networks = [...configured, ...[...sources].flatMap((source) => networkIn(source) ?? [])];
  const attachments = surveyOf(records);
  return { runs: records.runs, attachments, leases: leasesIn(networks), links: records.links };
}

/** The networks that have a configuration; those that cannot be used are left out. */
function configuredNetworks({ networkDirectories: given }: Places): Network[] {
  const files = listNetworkFiles(given.length === 0 ? defaultDirectories : given);
  return files.flatMap(({ network, problem }) =>
    network === undefined || problem !== undefined ? [] : [network],
  );
}

function networkIn(source: string): Network | undefined {
  try {
    return parseNetwork(source);
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}

/** Each lease once: two configurations may lead to one directory. */
function leasesIn(networks: readonly Network[]): NetworkLease[] {
  const leases = networks.flatMap(({ name, plugins }) =>
    plugins
      .filter(({ ipam }) => ipam !== undefined)
      .flatMap((plugin) => leasesOf(plugin, name).map((lease) => ({ ...lease, network: name }))),
  );
  return [...new Map(leases.map((lease) => [`${lease.network} ${lease.address}`, lease])).values()];
}
