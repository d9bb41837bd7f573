import { checkpoint as checkpointContainer } from "../checkpoint/checkpoint.ts";
import { addressList, duration, size } from "../checkpoint/words.ts";
import { absolutePath } from "../cnitool/absolute-path.ts";
import { command } from "../command-line/command.ts";
import { requireRoot } from "../command-line/require-root.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { print } from "../output/print.ts";
import { containerOptions, containerParameter, placesOf } from "./options.ts";

/** `lxc-cni checkpoint` */
export const checkpoint = command({
  name: "checkpoint",
  summary: "saves a container that runs, with its open connections, and holds its addresses",
  parameters: [containerParameter, { name: "DIR", count: "one", completes: "directory" }],
  options: {
    "leave-running": { kind: "flag", does: "have it run on; then nothing is held" },
    fix: { kind: "flag", does: "add to its configuration what CRIU needs; it counts from its next start on" },
    ...containerOptions,
  },
  description: `Has LXC and CRIU (4.2 or later) save all its processes into DIR, which is made, and end them. What makes its
networks again is in DIR/lxc-cni.json, its memory in DIR/images: keep both from others. Its addresses are held for
it, and it cannot be started, until lxc-cni restore has it go on or lxc-cni release gives it up. Where CRIU fails, it
runs on, and nothing is held.

What the container itself has changed in its network (routes, rules, sysctls) is not saved. Its files are not in DIR:
to restore it elsewhere, copy its root directory, too, after the checkpoint.`,
  examples: [
    { line: "lxc-cni checkpoint web /srv/web.checkpoint", does: "saves web and ends it" },
    { line: "lxc-cni checkpoint web /srv/copy --leave-running", does: "saves it and has it run on" },
    {
      line: "lxc-cni checkpoint web /srv/web.checkpoint --fix",
      does: "makes it fit for that, from its next start on",
    },
  ],
  run({ words: [name = "", where = ""], options }) {
    requireRoot("checkpoint");
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    const directory = absolutePath(where);
    const leaveRunning = options["leave-running"];
    const taken = checkpointContainer(
      container,
      directory,
      { leaveRunning, fix: options.fix },
      placesOf(options),
    );
    print(`${name}: saved ${size(taken.bytes)} in ${duration(taken.milliseconds)}, in ${directory}\n`);
    if (!leaveRunning) print(`${name}: held ${addressList(taken.checkpoint, container.id)}\n`);
    return 0;
  },
});
