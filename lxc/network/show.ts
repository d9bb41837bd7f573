import { capacities } from "../../ipam/host-local/look-ahead.ts";
import type { Json } from "../../lib/cni/json.ts";
import type { ValidAttachment } from "../../lib/cni/request.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix, networkOf } from "../../lib/ip/prefix.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";
import type { CachedAttachment } from "../../lib/runtime/cache.ts";
import type { NetworkFile } from "../../lib/runtime/list-networks.ts";
import type { Network } from "../../lib/runtime/network.ts";
import type { Settings } from "../../plugins/bridge/settings.ts";
import { attachmentsOf } from "./attachments.ts";
import { detailsOf, gatewaysOf, subnetsOf } from "./details.ts";
import { holderInWords } from "./holders.ts";

/** What there is to be said of a network, for people and programs. */
export interface ShownNetwork {
  readonly name: string | undefined;
  readonly file: string;
  /** The types of its plugins. */
  readonly plugins: readonly string[];
  readonly bridge: string | undefined;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  /** Where its containers' addresses are hidden behind the host's: for each of them, or for the network as a whole. */
  readonly masquerade: "container" | "network" | undefined;
  readonly attachments: readonly ValidAttachment[];
  /** Why it cannot be used. */
  readonly problems: readonly string[];
}

/** Looks at a network. @param cached What is kept of the attachments of all networks */
export function showNetwork(found: NetworkFile, cached: readonly CachedAttachment[]): ShownNetwork {
  const { file, network, problem } = found;
  const details = network && detailsOf(network);
  return {
    name: network?.name,
    file,
    plugins: network?.plugins.map(({ type }) => type) ?? [],
    bridge: details?.bridge?.bridge,
    subnets: details === undefined ? [] : subnetsOf(details).map(formatPrefix),
    gateways: details?.bridge?.isGateway ? gatewaysOf(details).map(formatAddress) : [],
    masquerade: details?.bridge?.masquerading?.scope,
    attachments: network === undefined ? [] : attachmentsOf(network, cached),
    problems: [...(problem === undefined ? [] : [problem]), ...(details?.problems ?? [])],
  };
}

/** The addresses of a range set, of which an attachment gets one. */
export interface ShownRanges {
  readonly ranges: readonly ShownRange[];
  /** Leased, and left; of IPv6 as near as a number comes. */
  readonly used: number;
  readonly free: number;
}

interface ShownRange {
  readonly subnet: string;
  readonly first: string;
  readonly last: string;
  readonly gateway: string;
}

/** What is used and free of a network's addresses; none where another plugin has them. */
export function showRanges(network: Network): ShownRanges[] {
  const { pool } = detailsOf(network);
  if (pool === undefined) return [];
  return capacities(pool.config, network.version, network.name).map(({ used, held, free }, number) => ({
    ranges: (pool.sets[number] ?? []).map(shownRange),
    used: Number(used + held),
    free: Number(free),
  }));
}

function shownRange({ subnet, start, end, gateway }: RangeSet[number]): ShownRange {
  return {
    subnet: formatPrefix(networkOf(subnet)),
    first: formatAddress(start),
    last: formatAddress(end),
    gateway: formatAddress(gateway),
  };
}

/** What a network does, line by line. */
export function describeNetwork(
  shown: ShownNetwork,
  ranges: readonly ShownRanges[],
  settings?: Settings,
): string[] {
  const others = shown.plugins.slice(1);
  return [
    `network ${shown.name}, ${shown.file}`,
    settings === undefined
      ? `  plugin ${shown.plugins[0]} makes the interfaces`
      : `  bridge ${settings.bridge}${inWords(settings)}`,
    ...ranges.flatMap(rangeLines),
    ...(settings === undefined ? [] : routingLines(settings, shown)),
    ...(others.length === 0 ? [] : [`  then the plugins ${others.join(", ")}`]),
    `  ${shown.attachments.length === 0 ? "no container" : shown.attachments.map(holderInWords).join(", ")}`,
    ...shown.problems.map((problem) => `  problem: ${problem}`),
  ];
}

function inWords({ vlans, mtu, isolated, hairpin, guard }: Settings): string {
  const said = [
    vlans?.native === undefined ? "" : `VLAN ${vlans.native}`,
    mtu === undefined ? "" : mtu === "auto" ? "MTU of the default route" : `MTU ${mtu}`,
    isolated ? "containers cannot reach each other" : "",
    hairpin ? "containers reach themselves by published ports" : "",
    guard === "none" ? "" : guard === "mac" ? "MACs are checked" : "MACs and addresses are checked",
  ].filter((words) => words !== "");
  return said.map((words) => `, ${words}`).join("");
}

function rangeLines({ ranges, used, free }: ShownRanges): string[] {
  const of = ranges.map(({ subnet, first, last }) => `  subnet ${subnet}: ${first} to ${last}`);
  return [...of, `    ${used} used, ${free < 2 ** 32 ? free : "more than 4 billion"} free`];
}

function routingLines({ isGateway, isDefaultGateway, masquerading, forward }: Settings, shown: ShownNetwork) {
  const gateways = shown.gateways.join(", ");
  const kind = isDefaultGateway ? "default gateway" : "gateway";
  return [
    isGateway ? `  the host is the ${kind}, ${gateways}` : "  the host is no gateway",
    masquerading === undefined
      ? "  addresses are seen outside as they are"
      : `  addresses are hidden behind the host's (a rule for ${masquerading.scope === "network" ? "the network" : "each container"})`,
    ...(forward ? ["  packets pass a firewall that drops forwarded ones"] : []),
  ];
}

/** The same for programs. */
export function networkAsJson(shown: ShownNetwork, ranges?: readonly ShownRanges[]): Json {
  const { name, file, plugins, bridge, subnets, gateways, masquerade, attachments, problems } = shown;
  return {
    ...{ name, file, plugins, bridge, subnets, gateways, masquerade: masquerade ?? null },
    attachments: attachments.map(({ container, interface: link }) => ({ container, interface: link })),
    problems,
    ranges: ranges?.map((set) => ({ ...set, ranges: set.ranges.map((range) => ({ ...range })) })),
  };
}
