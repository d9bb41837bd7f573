import type { Attachment } from "../../lib/cni/request.ts";
import type { IpConfig, Result } from "../../lib/cni/result.ts";
import type { Mac } from "../../lib/ip/mac.ts";
import { equalPrefix } from "../../lib/ip/prefix.ts";
import { bridgeAlias, portAlias, portName } from "../../lib/net/identity.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { addressConflicts, bridgeAddresses, conflictError, gatewayOf } from "./gateways.ts";
import type { HostState } from "./host-state.ts";
import type { Settings } from "./settings.ts";

/** The MACs that an attachment gets. */
export interface Macs {
  /** Of the bridge, if it has to be made. */
  readonly bridge: Mac;
  /** Of the host's end. */
  readonly port: Mac;
  /** Of the container's end. */
  readonly container: Mac;
}

/**
 * The steps that join a container to the bridge, given what the host looked like. Pure: reads nothing, changes
 * nothing.
 *
 * @param leased What the IPAM plugin leased, with its gateways.
 * @throws CniError 7 where the bridge has an address that is in the way.
 */
export function planAttachment(
  settings: Settings,
  attachment: Attachment,
  leased: Result,
  host: HostState,
  macs: Macs,
): Operation[] {
  return [
    ...bridgeSteps(settings, host, macs),
    ...portSteps(settings, attachment, macs),
    // After the port, which is what may fail: with forceAddress, addresses of others go.
    ...gatewaySteps(settings, leased.ips, host),
    ...containerSteps(attachment, leased),
    ...forwardingSteps(settings, leased.ips),
    ...masqueradeSteps(settings, attachment, leased.ips),
  ];
}

function bridgeSteps({ bridge, mtu }: Settings, host: HostState, macs: Macs): Operation[] {
  const isUp = host.bridge?.up === true;
  return [
    ...(host.bridge === undefined
      ? ([
          { do: "create bridge", where: "host", name: bridge, mac: macs.bridge, mtu },
          { do: "label link", where: "host", name: bridge, alias: bridgeAlias },
        ] as const)
      : []),
    ...(isUp ? [] : [{ do: "set up", where: "host", name: bridge } as const]),
  ];
}

/** The addresses that make the bridge the gateway. */
function gatewaySteps(settings: Settings, ips: readonly IpConfig[], host: HostState): Operation[] {
  if (!settings.isGateway) return [];
  const { bridge: link, forceAddress } = settings;
  const found = host.bridge?.addresses ?? [];
  const wanted = bridgeAddresses(ips);
  const missing = wanted.filter((address) => !found.some((each) => equalPrefix(each, address)));
  const conflicts = addressConflicts(wanted, missing, found);
  const [first] = conflicts;
  if (first !== undefined && !forceAddress) throw conflictError(link, first);
  return [
    ...conflicts.map((each) => ({ do: "delete address", where: "host", link, address: each.found }) as const),
    ...missing.map((address) => ({ do: "add address", where: "host", link, address }) as const),
  ];
}

function portSteps({ bridge, mtu, hairpin }: Settings, attachment: Attachment, macs: Macs): Operation[] {
  const name = portName(attachment);
  const alias = portAlias(attachment);
  return [
    {
      ...({ do: "create port", where: "host", name, mac: macs.port, bridge, mtu, alias } as const),
      ...({ peerName: attachment.interface, peerMac: macs.container } as const),
    },
    { do: "label link", where: "host", name, alias },
    { do: "configure port", where: "host", name, hairpin },
  ];
}

function containerSteps({ interface: link }: Attachment, { ips, routes }: Result): Operation[] {
  const where = "container";
  return [
    // The kernel announces an address whose link comes up or changes its MAC only where this is set (arp_notify).
    { do: "write sysctl", where, key: `ipv4/conf/${link}/arp_notify`, value: "1", bestEffort: true },
    ...ips.map(({ address }) => ({ do: "add address", where, link, address }) as const),
    { do: "set up", where, name: link },
    ...routes.map(({ dst, gw, ...metrics }) => {
      const via = gw ?? gatewayOf(dst.address.family, ips);
      return { do: "add route", where, link, to: dst, via, ...metrics } as const;
    }),
  ];
}

/** Between networks, for the families that the bridge is a gateway of. */
function forwardingSteps({ isGateway }: Settings, ips: readonly IpConfig[]): Operation[] {
  if (!isGateway) return [];
  const keys = { 4: "ipv4/ip_forward", 6: "ipv6/conf/all/forwarding" } as const;
  return ([4, 6] as const)
    .filter((family) => gatewayOf(family, ips) !== undefined)
    .map((family) => ({
      do: "write sysctl",
      where: "host",
      key: keys[family],
      value: "1",
      bestEffort: false,
    }));
}

function masqueradeSteps(
  { masquerade }: Settings,
  attachment: Attachment,
  ips: readonly IpConfig[],
): Operation[] {
  if (!masquerade || ips.length === 0) return [];
  return [
    {
      do: "masquerade",
      where: "host",
      masquerade: { attachment, addresses: ips.map(({ address }) => address) },
    },
  ];
}
