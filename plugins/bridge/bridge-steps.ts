import { bridgeAlias } from "../../lib/net/identity.ts";
import type { LinkWithAddresses } from "../../lib/net/link-backend.ts";
import type { Operation } from "../../lib/net/operation.ts";
import { type HostState, isOwnBridge } from "./host-state.ts";
import type { Macs } from "./macs.ts";
import type { Settings } from "./settings.ts";

/** The steps that make the bridge, or that make one of ours fit. One of somebody else is left as it is. */
export function bridgeSteps(settings: Settings, { bridge, mtu }: HostState, macs: Macs): Operation[] {
  return bridge === undefined ? creation(settings, mtu, macs) : adjustment(settings, mtu, bridge);
}

function creation(
  { bridge: name, vlans, promiscuous }: Settings,
  mtu: number | undefined,
  macs: Macs,
): Operation[] {
  const where = "host";
  return [
    { do: "create bridge", where, name, mac: macs.bridge, mtu, vlanFiltering: vlans !== undefined },
    { do: "label link", where, name, alias: bridgeAlias },
    // What a container advertises is no route for the host.
    { do: "write sysctl", where, key: `ipv6/conf/${name}/accept_ra`, value: "0", bestEffort: true },
    ...(promiscuous ? [{ do: "set promiscuous", where, name } as const] : []),
    { do: "set up", where, name },
  ];
}

function adjustment(
  { bridge: name, vlans, promiscuous }: Settings,
  mtu: number | undefined,
  found: LinkWithAddresses,
): Operation[] {
  const where = "host";
  // Two networks on one bridge must not undo each other: what is on stays on, and an MTU only grows.
  const isTooSmall = isOwnBridge(found) && mtu !== undefined && mtu > found.mtu;
  return [
    ...(vlans !== undefined && found.vlanFiltering === false
      ? [{ do: "set vlan filtering", where, name } as const]
      : []),
    ...(promiscuous && !found.isPromiscuous ? [{ do: "set promiscuous", where, name } as const] : []),
    ...(isTooSmall ? [{ do: "set mtu", where, name, mtu } as const] : []),
    ...(found.up ? [] : [{ do: "set up", where, name } as const]),
  ];
}
