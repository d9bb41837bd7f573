import { HostLocalConfig } from "../../ipam/host-local/config.schema.ts";
import { rangeSetsOf } from "../../ipam/host-local/ranges.ts";
import { parseConfiguration } from "../../lib/cni/configuration.ts";
import { CniError, describe } from "../../lib/cni/error.ts";
import type { JsonObject } from "../../lib/cni/json.ts";
import type { Address } from "../../lib/ip/address.ts";
import { equalPrefix, networkOf, type Prefix } from "../../lib/ip/prefix.ts";
import type { Range } from "../../lib/ip/range.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { type Settings, settingsOf } from "../../plugins/bridge/settings.ts";

/** What the configuration of a network comes to, as far as it is one of our own plugins'. */
export interface NetworkDetails {
  /** Undefined where its interfaces are made by another plugin, or there is a problem. */
  readonly bridge: Settings | undefined;
  /** Undefined where another plugin leases its addresses, or nobody does. */
  readonly pool: AddressPool | undefined;
  /** Why ADD could not work on any host. */
  readonly problems: readonly string[];
}

/** The addresses that host-local has for a network. */
export interface AddressPool {
  readonly config: HostLocalConfig;
  readonly sets: readonly RangeSet[];
}

/** Understands the configuration of a network. */
export function detailsOf({ name, version, plugins }: Network): NetworkDetails {
  const problems: string[] = [];
  const first: JsonObject = { ...plugins[0], name, cniVersion: version };
  const read = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      problems.push(describe(error));
      return undefined;
    }
  };
  const isBridge = first.type === "bridge";
  const bridge = isBridge ? read(() => settingsOf(bridgeConfigOf(first), new Map())) : undefined;
  const pool = ipamOf(first) === "host-local" ? read(() => poolOf(first, version)) : undefined;
  return { bridge, pool, problems: [...new Set(problems)] };
}

function bridgeConfigOf(document: JsonObject): BridgeConfig {
  return parseConfiguration<BridgeConfig>(BridgeConfig, "ADD", document, () => {}).config;
}

function poolOf(document: JsonObject, version: string): AddressPool {
  const { config } = parseConfiguration<HostLocalConfig>(HostLocalConfig, "ADD", document, () => {});
  return { config, sets: rangeSetsOf(config, version) };
}

function ipamOf({ ipam }: JsonObject): unknown {
  return typeof ipam === "object" && ipam !== null && "type" in ipam ? ipam.type : undefined;
}

/** The subnets that a network has addresses of, each once. */
export function subnetsOf(details: Pick<NetworkDetails, "pool">): Prefix[] {
  return subnetRanges(details).map(({ subnet }) => networkOf(subnet));
}

/** The gateways of those subnets, in their order. */
export function gatewaysOf(details: Pick<NetworkDetails, "pool">): Address[] {
  return subnetRanges(details).map(({ gateway }) => gateway);
}

/** The first range of each subnet. */
function subnetRanges({ pool }: Pick<NetworkDetails, "pool">): Range[] {
  const ranges = (pool?.sets ?? []).flat();
  const isSame = (a: Range, b: Range) => equalPrefix(networkOf(a.subnet), networkOf(b.subnet));
  return ranges.filter((range, at) => ranges.findIndex((each) => isSame(each, range)) === at);
}
