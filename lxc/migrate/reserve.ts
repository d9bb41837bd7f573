import { reserve } from "../../ipam/host-local/reserve.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { findPlugin } from "../../lib/cni/find-plugin.ts";
import type { Result } from "../../lib/cni/result.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { contains, equalPrefix, formatPrefix, networkOf } from "../../lib/ip/prefix.ts";
import { chooseFirewall } from "../../lib/net/firewall/choose.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import { type Network, parseNetwork } from "../../lib/runtime/network.ts";
import { requireReady } from "../../lib/runtime/status.ts";
import { withGateways } from "../../plugins/bridge/gateways.ts";
import { stateOfHost } from "../../plugins/bridge/host-state.ts";
import { chooseMacs } from "../../plugins/bridge/macs.ts";
import { planAttachment } from "../../plugins/bridge/plan.ts";
import type { Settings } from "../../plugins/bridge/settings.ts";
import { carried } from "../carried.ts";
import { addressesOf, type CheckpointedAttachment } from "../checkpoint/attachments.ts";
import { differencesOf } from "../checkpoint/make-networks.ts";
import { type AddressPool, detailsOf, subnetsOf } from "../network/details.ts";
import { findNetwork, type Places, surroundingsIn } from "../runtime.ts";

/**
 * Leases the addresses of an attachment that is to come, where this host's network of that name is the one that it
 * comes from, and its plugins could do what they are to do.
 *
 * Where our own plugins do not make the interface, or do not lease the addresses, only a restore tells.
 *
 * @throws CniError 7 where the network is missing or another one, 112 where an address is taken; what STATUS says
 */
export function reserveAttachment(checkpointed: CheckpointedAttachment, places: Places): void {
  const { attachment, source } = checkpointed;
  const network = findNetwork(attachment.network, places);
  requireSamePlugins(parseNetwork(source), network);
  requirePlugins(network, places);
  const details = detailsOf(network);
  const [problem] = details.problems;
  if (problem !== undefined) throw differs(network, problem);
  if (details.pool === undefined) return;
  requireSubnets(network, details.pool, checkpointed);
  const leased = reserve(details.pool.config, network.version, attachment, addressesOf(checkpointed));
  if (details.bridge === undefined) return;
  const result = withGateways(leased, details.bridge);
  requireSame(network, checkpointed, result);
  requirePlan(details.bridge, checkpointed, result);
}

function requireSamePlugins(there: Network, here: Network): void {
  const [before, now] = [there, here].map(({ plugins }) =>
    plugins.map(({ type, ipam }) => [type, ipamType(ipam)].filter(Boolean).join(" with ")).join(", "),
  );
  if (before !== now)
    throw differs(here, `its plugins are ${now}; where the container is, they are ${before}`);
}

function ipamType(ipam: unknown): string {
  const isObject = typeof ipam === "object" && ipam !== null;
  return isObject && "type" in ipam ? String(ipam.type) : "";
}

/** Before version 1.1.0 of CNI, plugins cannot say whether they could work; that they are there has to do. */
function requirePlugins(network: Network, places: Places): void {
  const surroundings = surroundingsIn(places);
  if (requireReady(surroundings, network, carried)) return;
  for (const { type } of network.plugins) findPlugin(type, surroundings.cniPath);
}

function requireSubnets(network: Network, pool: AddressPool, { result }: CheckpointedAttachment): void {
  const subnets = subnetsOf({ pool });
  for (const { address } of result.ips) {
    if (subnets.some((subnet) => equalPrefix(subnet, networkOf(address)))) continue;
    const own = subnets.find((subnet) => contains(subnet, address.address)) ?? subnets[0];
    throw differs(
      network,
      `its subnet is ${own && formatPrefix(own)}; that of ${formatAddress(address.address)} is ${formatPrefix(networkOf(address))} where the container is`,
    );
  }
}

function requireSame(network: Network, { attachment, result }: CheckpointedAttachment, here: Result): void {
  const differences = differencesOf(result, { ...here, interfaces: result.interfaces }, attachment.interface);
  if (differences.length > 0) throw differs(network, differences.join("; "));
}

/** A bridge of somebody else, or one with another address: ADD would refuse it. */
function requirePlan(settings: Settings, { attachment }: CheckpointedAttachment, leased: Result): void {
  withHostLinks((links) => {
    const host = stateOfHost(settings, links);
    const backend = chooseFirewall(settings.masquerading?.backend).name;
    const macs = chooseMacs(settings);
    planAttachment({ settings, attachment, leased, isFresh: true, host, macs, backend });
  });
}

function differs({ name }: Network, difference: string): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `network ${name} differs`,
    `${difference}; let both hosts have the same subnets, gateways and routes`,
  );
}
