import { netnsDescription, netnsOptions, netnsParameters } from "../cnitool/options.ts";
import { checkByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni check NETWORK NETNS` */
export const check = command({
  name: "check",
  summary: "looks whether a network namespace is attached as it was made",
  parameters: netnsParameters,
  options: netnsOptions,
  description: `Looks whether the interface, addresses, routes and rules of NETNS on NETWORK are still what was made.

${netnsDescription}`,
  examples: [{ line: "lxc-cni check simplenet /run/netns/blue", does: "looks at its eth0" }],
  run: checkByNetns,
});
