import { netnsDescription, netnsOptions, netnsParameters } from "../cnitool/options.ts";
import { addByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni add NETWORK NETNS` */
export const add = command({
  name: "add",
  summary: "attaches a network namespace to a network, and prints the result",
  parameters: netnsParameters,
  options: netnsOptions,
  description: `Attaches NETNS to NETWORK.

${netnsDescription}`,
  examples: [{ line: "lxc-cni add simplenet /run/netns/blue", does: "attaches the namespace blue by eth0" }],
  run: addByNetns,
});
