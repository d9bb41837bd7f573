import type { ListOption, OptionValues, ValueOption } from "../command-line/command.ts";
import type { Places } from "../runtime.ts";

/** Where networks and plugins are looked for: options of all commands that have to do with networks. */
export const placeOptions = {
  "net-dir": {
    kind: "list",
    value: "DIR",
    does: "look for networks there, in place of /etc/lxc-cni/net.d and /etc/cni/net.d",
    completes: "directory",
  },
  "cni-path": {
    kind: "value",
    value: "DIR[:DIR...]",
    does: "look for plugins there, after the directory of lxc-cni itself",
    completes: "directory",
  },
} as const satisfies Record<string, ListOption | ValueOption>;

/** How long LXC waits for the hook. */
export const timeoutOption = {
  kind: "value",
  value: "SECONDS",
  does: "how long all that the hook does may take, 10 when absent; 0 is no limit",
  completes: "nothing",
} as const satisfies ValueOption;

/** What was given by {@linkcode placeOptions}. */
export function placesOf(options: OptionValues<typeof placeOptions>): Places {
  return { networkDirectories: options["net-dir"], cniPath: options["cni-path"] ?? "" };
}
