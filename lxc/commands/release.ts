import { release as releaseContainer } from "../checkpoint/release.ts";
import { addressList } from "../checkpoint/words.ts";
import { command } from "../command-line/command.ts";
import { containerIdOf } from "../container/id.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { readArrival } from "../migrate/arrival.ts";
import { cancelArrival } from "../migrate/cancel.ts";
import { print } from "../output/print.ts";
import { placeOptions, placesOf } from "./options.ts";

/** `lxc-cni release` */
export const release = command({
  name: "release",
  summary: "gives up a container's checkpoint: its addresses are anybody's again",
  parameters: [{ name: "CONTAINER", count: "one", completes: "container" }],
  options: { "lxc-path": lxcPathOption, ...placeOptions },
  description: `For a container that goes on elsewhere, or is not to go on: its addresses are held no longer, and it can be started
anew. The checkpoint's directory stays. It works for a container, too, that is no more. Of one that was to come from
another host, and does not, what was copied is removed.`,
  examples: [{ line: "lxc-cni release web", does: "after web has been restored on another host" }],
  run({ words: [name = ""], options }) {
    const id = containerIdOf(name, lxcPathOf(options["lxc-path"]));
    const checkpoint = releaseContainer(id, name, placesOf(options));
    const { stage } = checkpoint.move ?? {};
    const arrival = stage === "arriving" ? readArrival(id) : undefined;
    if (arrival !== undefined) cancelArrival(id, arrival, checkpoint);
    if (stage === "moved") print(`${name}: can be started here again\n`);
    else print(`${name}: released ${addressList(checkpoint, id)}\n`);
    return 0;
  },
});
