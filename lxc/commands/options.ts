import type {
  FlagOption,
  ListOption,
  OptionValues,
  Parameter,
  ValueOption,
} from "../command-line/command.ts";
import { lxcPathOption } from "../container/lxc-path.ts";
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

/** The container that a command is about, one of LXC. */
export const containerParameter = {
  name: "CONTAINER",
  count: "one",
  completes: "container",
} as const satisfies Parameter;

/** Options of commands that do something about one container and its networks. */
export const containerOptions = { "lxc-path": lxcPathOption, ...placeOptions } as const;

/** What else a hook line may say. */
export const hookOptions = {
  timeout: {
    kind: "value",
    value: "SECONDS",
    does: "how long all that the hook does may take, 10 when absent; 0 is no limit",
    completes: "nothing",
  },
  "no-dns": { kind: "flag", does: "leave the container's /etc/resolv.conf alone" },
} as const satisfies Record<string, ValueOption | FlagOption>;

/** What was given by {@linkcode placeOptions}, or by options of the same names. */
export function placesOf(options: OptionValues<typeof placeOptions>): Places {
  return { networkDirectories: options["net-dir"], cniPath: options["cni-path"] ?? "" };
}
