import { restore as restoreContainer } from "../checkpoint/restore.ts";
import { addressList, duration } from "../checkpoint/words.ts";
import { absolutePath } from "../cnitool/absolute-path.ts";
import { command } from "../command-line/command.ts";
import { requireRoot } from "../command-line/require-root.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { forgetMove } from "../migrate/move.ts";
import { print } from "../output/print.ts";
import { placeOptions, placesOf } from "./options.ts";

/** `lxc-cni restore` */
export const restore = command({
  name: "restore",
  summary: "has a container go on that was checkpointed, on the same networks",
  parameters: [
    { name: "CONTAINER", count: "one", completes: "container" },
    { name: "DIR", count: "one", completes: "directory" },
  ],
  options: {
    here: { kind: "flag", does: "also where it may go on at another host, which is lost for good" },
    "lxc-path": lxcPathOption,
    ...placeOptions,
  },
  description: `Makes its interfaces again by the networks of this host, with the same addresses, MACs and routes, and has all its
processes go on where lxc-cni checkpoint has saved them, on this host or on another one. Its root directory has to be
as it was then, and the networks of that name have to have the same subnets and gateways here. It is announced to its
neighbours (gratuitous ARP, unsolicited neighbour advertisements).

Where that fails, all is as it was before, addresses that are held included, and it can be tried again.`,
  examples: [{ line: "lxc-cni restore web /srv/web.checkpoint", does: "has web go on" }],
  run({ words: [name = "", where = ""], options }) {
    requireRoot("restore");
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    if (options.here) forgetMove(container.id);
    const { checkpoint, milliseconds } = restoreContainer(container, absolutePath(where), placesOf(options));
    print(
      `${name}: goes on after ${duration(milliseconds)}, with ${addressList(checkpoint, container.id)}\n`,
    );
    return 0;
  },
});
