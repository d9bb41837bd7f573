import { netnsDescription, netnsOptions, netnsParameters } from "../cnitool/options.ts";
import { delByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni del NETWORK NETNS` */
export const del = command({
  name: "del",
  summary: "detaches a network namespace from a network",
  parameters: netnsParameters,
  options: netnsOptions,
  description: `Detaches NETNS from NETWORK, with the configuration that it was attached with. It is no failure when it is
not attached.

${netnsDescription}`,
  examples: [{ line: "lxc-cni del simplenet /run/netns/blue", does: "detaches it from eth0" }],
  run: delByNetns,
});
