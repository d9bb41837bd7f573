import type { IpConfig } from "../../lib/cni/result.ts";
import { equalPrefix } from "../../lib/ip/prefix.ts";
import { bridgeAlias, gatewayPortName } from "../../lib/net/identity.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { addressConflicts, bridgeAddresses, conflictError } from "./gateways.ts";
import type { HostState } from "./host-state.ts";
import type { Macs } from "./macs.ts";
import { vlanSteps } from "./port-steps.ts";
import type { Settings } from "./settings.ts";

/**
 * The steps that make the host the gateway: addresses of the bridge, or of a link in the container's VLAN.
 *
 * @throws CniError 7 where an address is in the way.
 */
export function gatewaySteps(
  settings: Settings,
  ips: readonly IpConfig[],
  host: HostState,
  macs: Macs,
): Operation[] {
  if (!settings.isGateway || ips.length === 0) return [];
  return [...vlanGatewaySteps(settings, host, macs), ...addressSteps(settings, ips, host)];
}

/** In a VLAN, the gateway is one end of a veth pair (as in the reference), whose other end is a port in that VLAN. */
function vlanGatewaySteps(settings: Settings, host: HostState, macs: Macs): Operation[] {
  const { bridge, gatewayLink: name, vlans } = settings;
  if (name === bridge || vlans === undefined) return [];
  const where = "host";
  const port = gatewayPortName(name);
  const addresses = { mac: macs.gateway, portName: port, portMac: macs.gatewayPort };
  const access = { ...vlans, native: vlans.access, tagged: [] };
  const creation: Operation[] = [
    { do: "create vlan gateway", where, name, ...addresses, bridge, mtu: host.bridge?.mtu ?? host.mtu },
    { do: "label link", where, name: port, alias: bridgeAlias },
    ...vlanSteps(port, access, host),
  ];
  return [
    ...(host.gateway === undefined ? creation : []),
    ...(host.gateway?.up === true ? [] : [{ do: "set up", where, name } as const]),
  ];
}

function addressSteps(settings: Settings, ips: readonly IpConfig[], host: HostState): Operation[] {
  const { gatewayLink: link, forceAddress } = settings;
  const where = "host";
  const found = host.gateway?.addresses ?? [];
  const wanted = bridgeAddresses(ips);
  const missing = wanted.filter((address) => !found.some((each) => equalPrefix(each, address)));
  const conflicts = addressConflicts(wanted, missing, found);
  const [first] = conflicts;
  if (first !== undefined && !forceAddress) throw conflictError(link, first);
  return [
    ...conflicts.map((each) => ({ do: "delete address", where, link, address: each.found }) as const),
    ...missing.map(
      (address) => ({ do: "add address", where, link, address, detectDuplicates: false }) as const,
    ),
  ];
}
