import type { CarriedPlugins } from "../cni/delegate.ts";
import { isAtLeast } from "../cni/version.ts";
import { callPlugin } from "./call-plugin.ts";
import type { Network } from "./network.ts";
import { statusCall } from "./network-call.ts";
import type { PluginSurroundings } from "./surroundings.ts";

/**
 * Asks the plugins of a network whether ADD could work (STATUS; CNI specification 1.1.0, section 3).
 *
 * @returns whether they were asked: before 1.1.0, they cannot be.
 * @throws CniError what the first one says that could not, with code 50 or 51.
 */
export function requireReady(
  surroundings: PluginSurroundings,
  network: Network,
  carried: CarriedPlugins,
): boolean {
  if (!isAtLeast(network.version, "1.1.0")) return false;
  for (const plugin of network.plugins) {
    const call = () => statusCall(surroundings, network, plugin);
    callPlugin("STATUS", surroundings, network, plugin, call, carried);
  }
  return true;
}
