import { CniError, Code } from "../../lib/cni/error.ts";
import type { Dns } from "../../lib/cni/result.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import { type Mac, parseMac } from "../../lib/ip/mac.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { type Masquerading, masqueradingOf } from "./masquerading.ts";
import { type Vlans, vlansOf } from "./vlans.ts";

/** A configuration that can be worked with: every default filled in, every text parsed. */
export interface Settings {
  readonly bridge: LinkName;
  /** What has the gateway's addresses: the bridge, or in a VLAN `BRIDGE.VLAN`. */
  readonly gatewayLink: LinkName;
  readonly isGateway: boolean;
  readonly isDefaultGateway: boolean;
  readonly forceAddress: boolean;
  /** Undefined where the container's addresses are not to be hidden. */
  readonly masquerading: Masquerading | undefined;
  /** Let the network's packets pass a firewall that drops forwarded ones. */
  readonly forward: boolean;
  /** In bytes; `auto` for that of the host's default route, undefined for the kernel's default. */
  readonly mtu: number | "auto" | undefined;
  readonly hairpin: boolean;
  readonly isolated: boolean;
  readonly promiscuous: boolean;
  /** Undefined where the configuration says nothing of VLANs. */
  readonly vlans: Vlans | undefined;
  /** What the port may send: any frame, those with its own MAC, or those with its own addresses as well. */
  readonly guard: "none" | "mac" | "addresses";
  /** Have the kernel ask whether somebody has the container's IPv6 addresses. */
  readonly detectDuplicates: boolean;
  /** Leave the container's interface down. */
  readonly isLeftDown: boolean;
  readonly deleteBridgeIfEmpty: boolean;
  /** The container's, where it was asked for. */
  readonly mac: Mac | undefined;
  /** The IPAM plugin; undefined for a network without addresses. */
  readonly ipamType: string | undefined;
  /** What replaces the IPAM plugin's. */
  readonly dns: Dns | undefined;
}

/** What the bridge is called when the configuration does not say (the reference's default). */
export const defaultBridge = "cni0" as LinkName;

/**
 * Reads a configuration.
 *
 * @param args The pairs of CNI_ARGS.
 * @throws CniError 7 for a value that cannot work, or two that cannot work together.
 */
export function settingsOf(config: BridgeConfig, args: ReadonlyMap<string, string>): Settings {
  refuseContradictions(config);
  const bridge = bridgeNameOf(config);
  const vlans = vlansOf(config);
  const isGateway = config.isGateway === true || config.isDefaultGateway === true;
  const ipamType = ipamTypeOf(config);
  return {
    bridge,
    gatewayLink: isGateway && ipamType !== undefined ? gatewayLinkOf(bridge, vlans) : bridge,
    isGateway,
    isDefaultGateway: config.isDefaultGateway === true,
    forceAddress: config.forceAddress === true,
    masquerading: ipamType === undefined ? undefined : masqueradingOf(config),
    forward: config.forward === "accept",
    mtu: config.mtu === 0 ? undefined : config.mtu,
    hairpin: config.hairpinMode === true,
    isolated: config.portIsolation === true,
    promiscuous: config.promiscMode === true,
    vlans,
    guard: config.ipSpoofCheck === true ? "addresses" : config.macspoofchk === true ? "mac" : "none",
    detectDuplicates: config.enabledad === true,
    isLeftDown: config.disableContainerInterface === true,
    deleteBridgeIfEmpty: config.deleteBridgeIfEmpty === true,
    mac: requestedMac(config, args),
    ipamType,
    dns: dnsOf(config),
  };
}

/**
 * The IPAM plugin that a configuration names; undefined for a network without addresses, and for `bridge` itself, which
 * would hand each call on to itself for ever.
 */
export function ipamTypeOf({ ipam }: BridgeConfig): string | undefined {
  return ipam?.type === "" || ipam?.type === "bridge" ? undefined : ipam?.type;
}

/** The bridge that a configuration names. @throws CniError 7 where it can be none */
function bridgeNameOf({ bridge = defaultBridge }: BridgeConfig): LinkName {
  return linkName(bridge, "/bridge");
}

function refuseContradictions(config: BridgeConfig): void {
  if (config.ipam?.type === "bridge") {
    throw contradiction("bridge leases no addresses", "set /ipam/type to an IPAM plugin, such as host-local");
  }
  if (config.disableContainerInterface === true && ipamTypeOf(config) !== undefined) {
    throw contradiction(
      "cannot use IPAM when DisableContainerInterface flag is set",
      "remove /ipam/type or /disableContainerInterface",
    );
  }
  if (config.hairpinMode === true && config.promiscMode === true) {
    throw contradiction(
      "cannot set hairpin mode and promiscuous mode at the same time",
      "remove /hairpinMode or /promiscMode",
    );
  }
  if (config.ipSpoofCheck === true && ipamTypeOf(config) === undefined) {
    throw contradiction(
      "cannot check the addresses of a container that is leased none",
      "set /ipam/type, or /macspoofchk in place of /ipSpoofCheck",
    );
  }
  if (config.ipSpoofCheck === true && config.vlanTrunk !== undefined) {
    throw contradiction(
      "cannot check the addresses of frames with VLAN tags",
      "remove /ipSpoofCheck or /vlanTrunk; /macspoofchk works with both",
    );
  }
}

function contradiction(message: string, remedy: string): CniError {
  return new CniError(Code.invalidConfiguration, message, remedy);
}

function gatewayLinkOf(bridge: LinkName, vlans: Vlans | undefined): LinkName {
  return vlans?.access === undefined ? bridge : linkName(`${bridge}.${vlans.access}`, "/bridge with /vlan");
}

function linkName(text: string, path: string): LinkName {
  const reason = whyNoLinkName(text);
  if (reason === undefined) return text as LinkName;
  throw new CniError(
    Code.invalidConfiguration,
    `${path} cannot be used: ${reason}`,
    `found ${JSON.stringify(text)}`,
  );
}

/** runtimeConfig comes before args, and args before CNI_ARGS, as in the reference. */
function requestedMac(config: BridgeConfig, args: ReadonlyMap<string, string>): Mac | undefined {
  const text = config.runtimeConfig?.mac || config.args?.cni?.mac || args.get("MAC");
  if (text === undefined || text === "") return undefined;
  const mac = parseMac(text);
  if (mac !== undefined) return mac;
  throw new CniError(
    Code.invalidConfiguration,
    `address ${text}: invalid MAC address`,
    "a MAC is six bytes: 02:00:00:00:00:01",
  );
}

/** A list that is there counts, even an empty one; an empty domain does not. */
function dnsOf({ dns }: BridgeConfig): Dns | undefined {
  if (dns === undefined) return undefined;
  return dns.nameservers || dns.search || dns.options || dns.domain ? dns : undefined;
}
