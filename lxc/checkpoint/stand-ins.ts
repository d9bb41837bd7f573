import { system } from "#system";
import { locate } from "../../lib/cni/delegate.ts";
import { CniError } from "../../lib/cni/error.ts";
import { isObject, type Json } from "../../lib/cni/json.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { resultInVersion } from "../../lib/cni/result-format.ts";
import type { Network, PluginConfiguration } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { checkpointPath } from "./checkpointed.ts";

// Our own host-local knows which addresses are held (docs/formats.md), and so leaves their leases alone on DEL. Other IPAM
// plugins do not. While a container is checkpointed, plugins that make interfaces are therefore told to ask lxc-cni for
// addresses, which answers in their place.

/** The name by which plugins find lxc-cni: its directory is the first in CNI_PATH. */
export const standInType = "lxc-cni";

/**
 * A network as DEL is to know it: with stand-ins for the IPAM plugins that would release addresses which are held.
 *
 * @param cniPath Where plugins are looked for.
 */
export function keepingHeld(network: Network, container: ContainerId, cniPath: string): Network {
  return system.status(checkpointPath(container)) === undefined
    ? network
    : withStandIns(network, cniPath, () => true, undefined);
}

/**
 * A network as ADD of a restore is to know it: with stand-ins for the IPAM plugins that were kept from releasing the
 * addresses, and would lease others.
 *
 * @param before What ADD came to before the checkpoint.
 */
export function givingHeld(network: Network, before: Result, cniPath: string): Network {
  const ips = before.ips.map(({ address, gateway }) => ({ address, gateway }));
  const result = resultInVersion({ ...before, interfaces: [], ips }, network.version);
  // Its daemon has to have a lease, so that it renews it; the server has given it, and knows the client.
  return withStandIns(network, cniPath, (type) => type !== "dhcp", result);
}

function withStandIns(
  network: Network,
  cniPath: string,
  isWanted: (type: string) => boolean,
  result: Json,
): Network {
  const plugins = network.plugins.map((plugin): PluginConfiguration => {
    const { ipam } = plugin;
    if (!isObject(ipam) || typeof ipam.type !== "string" || ipam.type === "") return plugin;
    if (!isWanted(ipam.type) || isOwn(ipam.type, cniPath)) return plugin;
    return { ...plugin, ipam: { ...ipam, type: standInType, result } };
  });
  return { ...network, plugins };
}

/** Whether the IPAM plugin of a type is ours, whoever calls it: they all have the same CNI_PATH. */
function isOwn(type: string, cniPath: string): boolean {
  try {
    return locate(type, cniPath, carried).carried !== undefined;
  } catch (error) {
    if (error instanceof CniError) return false;
    throw error;
  }
}
