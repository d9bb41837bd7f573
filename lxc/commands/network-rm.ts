import { requireNetworkName } from "../../lib/cni/names.ts";
import { command } from "../command-line/command.ts";
import { removeNetwork } from "../network/remove.ts";
import { print } from "../output/print.ts";

/** `lxc-cni network rm` */
export const networkRm = command({
  name: "network rm",
  summary: "removes a network that no container is on",
  parameters: [{ name: "NETWORK", count: "one", completes: "network" }],
  options: {},
  description: `Removes the configuration of a network, the rules that its containers shared, its bridge where lxc-cni made it and
nothing else is on it, and its directory of leases. While a container is attached, or holds an address, nothing
is removed.`,
  examples: [{ line: "lxc-cni network rm simplenet", does: "removes simplenet" }],
  run({ words: [name = ""] }) {
    for (const removed of removeNetwork(requireNetworkName(name))) print(`removed ${removed}\n`);
    return 0;
  },
});
