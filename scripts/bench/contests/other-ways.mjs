import { join } from "node:path";
import { runCommand } from "../command.mjs";
import { go } from "../contest.mjs";
import { makeContainer } from "../namespace.mjs";
import { callPlugin, environment, network, writeConfiguration } from "../network.mjs";

/** How the same plugin can be run: what it is called as a contestant, and on pages. */
const ways = [
  { name: "bin", label: "shipped" },
  { name: "bin with iproute2", label: "iproute2", environment: { LXC_CNI_LINKS: "iproute2" } },
  { name: "js", label: "Node.js" },
];

/**
 * The ways to run the same plugin: as it is shipped, with `ip` in place of netlink, and under Node.js.
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
  lines: ways.flatMap(({ name: ours, label: way }) =>
    ["VERSION", "ADD", "DEL"].map((step) => ({
      what: `${ours}: ${step}, ipMasq by iptables`,
      step,
      ours,
      point: { way, verb: step },
    })),
  ),
};

function pluginsOf({ directories }) {
  const { js, bin, go: reference } = directories;
  return [
    ...ways.map(({ name, environment: variables }) => ({
      name,
      directory: name === "js" ? js : bin,
      environment: variables,
    })),
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
