import { isObject } from "../../lib/cni/json.ts";
import { attachmentCall, type Runtime } from "../../lib/runtime/attachment-call.ts";
import { callPlugin } from "../../lib/runtime/call-plugin.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";

/**
 * Has the daemon of the IPAM plugin `dhcp` forget the leases of an attachment that is made again: it would go on renewing
 * them in the namespace that is gone. For the same reason its word that they are released does not reach the server, which
 * has the address for this client still.
 *
 * @throws CniError what the plugin answered
 */
export function forgetDhcpLeases(runtime: Runtime, network: Network): void {
  for (const plugin of network.plugins) {
    if (!isObject(plugin.ipam) || plugin.ipam.type !== "dhcp") continue;
    const call = () => attachmentCall("DEL", runtime, network, plugin, undefined);
    callPlugin("DEL", runtime, network, { ...plugin, type: "dhcp" }, call, carried);
  }
}
