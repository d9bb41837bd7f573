import { netnsDescription, netnsOptions, netnsParameters } from "../cnitool/options.ts";
import { statusByNetns } from "../cnitool/verbs.ts";
import { command } from "../command-line/command.ts";

/** `lxc-cni status NETWORK NETNS` */
export const status = command({
  name: "status",
  summary: "says whether a network could attach a container",
  parameters: netnsParameters,
  options: netnsOptions,
  description: `Says whether the plugins of NETWORK are there and speak its version, and asks them whether they could attach
a container.

${netnsDescription}`,
  examples: [{ line: "lxc-cni status simplenet /run/netns/blue", does: "asks the plugins of simplenet" }],
  run: statusByNetns,
});
