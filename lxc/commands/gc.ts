import { netnsDescription, netnsOptions, netnsParameters } from "../cnitool/options.ts";
import { gcByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni gc NETWORK NETNS` */
export const gc = command({
  name: "gc",
  summary: "removes what is left of attachments whose namespaces are gone",
  parameters: netnsParameters,
  options: netnsOptions,
  description: `Removes leases, ports, rules and results of attachments to NETWORK whose namespaces are gone. (cnitool would
remove all attachments of the network, used or not.) What was attached by calling plugins without a runtime is taken
for left over: a network that has such attachments should say "disableGC": true.

${netnsDescription}`,
  examples: [{ line: "lxc-cni gc simplenet /run/netns/blue", does: "cleans up simplenet" }],
  run: gcByNetns,
});
