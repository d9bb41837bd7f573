import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { go } from "../contest.mjs";
import { makeContainer } from "../namespace.mjs";
import { callPlugin, environment, network, writeConfiguration } from "../network.mjs";

const iproute2 = "bin with iproute2";

/**
 * The other ways to run the same plugin: with `ip` in place of netlink, and under Node.js.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const otherWaysContest = {
  name: "other ways",
  share: 0.5,
  prepare: (place) => {
    const netns = makeContainer("c1");
    const input = writeConfiguration(place, "network", { ...network, ipMasq: true });
    return pluginsOf(place).map((plugin) => ({
      name: plugin.name,
      steps: [
        { name: "VERSION", run: () => [askVersion(place, plugin)] },
        ...["ADD", "DEL"].map((verb) => ({
          name: verb,
          run: () => [callPlugin(place, plugin, { verb, container: "c1", netns, input })],
        })),
      ],
    }));
  },
  lines: [iproute2, "js"].flatMap((ours) =>
    ["VERSION", "ADD", "DEL"].map((step) => ({ what: `${ours}: ${step}, ipMasq by iptables`, step, ours })),
  ),
};

function pluginsOf({ directories: { bin, js, go: reference } }) {
  return [
    { name: iproute2, directory: bin, environment: { LXC_CNI_LINKS: "iproute2" } },
    { name: "js", directory: js },
    ...(reference === undefined ? [] : [{ name: go, directory: reference }]),
  ];
}

function askVersion({ programs, work }, plugin) {
  return runCommand(programs.launch, {
    argv: [join(plugin.directory, "bridge")],
    environment: { ...environment, ...plugin.environment, CNI_COMMAND: "VERSION" },
    output: join(work, "output"),
  });
}
