import { detach as detachContainer } from "../attach/detach.ts";
import { command } from "../command-line/command.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { print } from "../output/print.ts";
import { containerOptions, containerParameter, placesOf } from "./options.ts";

/** `lxc-cni detach` */
export const detach = command({
  name: "detach",
  summary: "detaches a container that runs from a network",
  parameters: [
    containerParameter,
    { name: "NETWORK[:INTERFACE]|INTERFACE", count: "one", completes: "network" },
  ],
  options: containerOptions,
  description: `Takes away an interface that lxc-cni attach, or the hook at the container's start, gave it. What the container's
configuration asks for comes back when it starts the next time.`,
  examples: [
    { line: "lxc-cni detach web backnet", does: "where web is on backnet by one interface" },
    { line: "lxc-cni detach web data0", does: "whatever network data0 is on" },
  ],
  run({ words: [name = "", word = ""], options }) {
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    const { network, interface: link } = detachContainer(container, word, placesOf(options));
    print(`${name}: no longer ${link} on ${network}\n`);
    return 0;
  },
});
