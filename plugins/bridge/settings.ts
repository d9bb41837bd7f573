import { CniError, Code } from "../../lib/cni/error.ts";
import type { Dns } from "../../lib/cni/result.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import { type Mac, parseMac } from "../../lib/ip/mac.ts";
import type { BridgeConfig } from "./config.schema.ts";

/** A configuration that can be worked with: every default filled in, every text parsed. */
export interface Settings {
  readonly bridge: LinkName;
  readonly isGateway: boolean;
  readonly isDefaultGateway: boolean;
  readonly forceAddress: boolean;
  readonly masquerade: boolean;
  /** In bytes; undefined for the kernel's default. */
  readonly mtu: number | undefined;
  readonly hairpin: boolean;
  /** The container's, where it was asked for. */
  readonly mac: Mac | undefined;
  /** The IPAM plugin; undefined for a network without addresses. */
  readonly ipamType: string | undefined;
  /** What replaces the IPAM plugin's. */
  readonly dns: Dns | undefined;
}

/** What the bridge is called when the configuration does not say (the reference's default). */
const defaultBridge = "cni0";

/**
 * Reads a configuration for ADD.
 *
 * @param args The pairs of CNI_ARGS.
 * @throws CniError 7 for a value that cannot work, 2 for a key that is not supported.
 */
export function settingsOf(config: BridgeConfig, args: ReadonlyMap<string, string>): Settings {
  refuseUnsupported(config);
  return {
    bridge: bridgeName(config),
    isGateway: config.isGateway === true || config.isDefaultGateway === true,
    isDefaultGateway: config.isDefaultGateway === true,
    forceAddress: config.forceAddress === true,
    masquerade: config.ipMasq === true,
    mtu: config.mtu === 0 ? undefined : config.mtu,
    hairpin: config.hairpinMode === true,
    mac: requestedMac(config, args),
    ipamType: config.ipam?.type === "" ? undefined : config.ipam?.type,
    dns: dnsOf(config),
  };
}

/** Keys that would change what is made, but are not implemented: silence would be worse than a refusal. */
function refuseUnsupported(config: BridgeConfig): void {
  const keys = [
    "promiscMode",
    "vlan",
    "vlanTrunk",
    "macspoofchk",
    "enabledad",
    "disableContainerInterface",
    "portIsolation",
  ] as const;
  const asked = keys.find((key) => config[key]);
  if (asked !== undefined) throw unsupported(asked, config[asked]);
  if (config.ipMasqBackend !== undefined && config.ipMasqBackend !== "iptables") {
    throw unsupported("ipMasqBackend", config.ipMasqBackend);
  }
}

function unsupported(key: string, value: unknown): CniError {
  return new CniError(
    Code.unsupportedField,
    `unsupported field "${key}" with value ${JSON.stringify(value)}`,
    `this version of bridge does not implement it; remove /${key}`,
  );
}

function bridgeName({ bridge = defaultBridge }: BridgeConfig): LinkName {
  const reason = whyNoLinkName(bridge);
  if (reason === undefined) return bridge as LinkName;
  throw new CniError(
    Code.invalidConfiguration,
    `/bridge cannot be used: ${reason}`,
    `found ${JSON.stringify(bridge)}`,
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
