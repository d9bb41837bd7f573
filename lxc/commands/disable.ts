import { command } from "../command-line/command.ts";
import { requireContainer } from "../container/containers.ts";
import { lxcPathOf, lxcPathOption } from "../container/lxc-path.ts";
import { disable as disableContainer } from "../enable/enable.ts";
import { print } from "../output/print.ts";
import { warn } from "../runtime.ts";
import { containerParameter } from "./options.ts";

/** `lxc-cni disable` */
export const disable = command({
  name: "disable",
  summary: "undoes enable",
  parameters: [containerParameter],
  options: { "lxc-path": lxcPathOption },
  description: `Removes the lines that lxc-cni enable added to the container's configuration, and no others: what LXC did for the
container before, it does again from its next start on. A container that runs keeps its networks until it stops.`,
  examples: [{ line: "lxc-cni disable web", does: "leaves web to LXC, as it was before enable" }],
  run({ words: [name = ""], options }) {
    const container = requireContainer(name, lxcPathOf(options["lxc-path"]));
    const { isChanged, remarks } = disableContainer(container);
    print(`${name}: ${isChanged ? "disabled" : "was not enabled"}\n`);
    for (const remark of remarks) warn(`${name}: ${remark}`);
    return 0;
  },
});
