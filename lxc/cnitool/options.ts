import type { Options, Parameter } from "../command-line/command.ts";

/** What the commands take that cnitool has, too. */
export const netnsParameters: readonly [Parameter, Parameter] = [
  { name: "NETWORK", count: "one", completes: "network" },
  { name: "NETNS", count: "one", completes: "file" },
];

/** The options of these commands. */
export const netnsOptions = {
  ifname: {
    kind: "value",
    short: "i",
    value: "NAME",
    does: "the interface in the namespace; else CNI_IFNAME, else eth0",
    completes: "nothing",
  },
  "net-dir": {
    kind: "list",
    value: "DIR",
    does: "look for networks there; else, with NETNS, in NETCONFPATH; else where the hook does",
    completes: "directory",
  },
  "cni-path": {
    kind: "value",
    value: "DIR[:DIR...]",
    does: "look for plugins there; else, with NETNS, in CNI_PATH; else where the hook does",
    completes: "directory",
  },
} as const satisfies Options;

/** What the help of each of them ends with. */
export const netnsDescription = `NETWORK is a name or the path of a file, NETNS the path of a network namespace, such as /run/netns/NAME. It works as
cnitool does, and either one can undo what the other did. The environment may say more: CAP_ARGS (a JSON object of
what plugins get by their capabilities) and CNI_ARGS (KEY=VALUE;KEY=VALUE).`;
