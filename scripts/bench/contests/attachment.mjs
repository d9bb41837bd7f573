import { kinds } from "../kinds.mjs";
import { makeContainer } from "../namespace.mjs";
import { netavarkOf } from "../netavark.mjs";
import { callPlugin, lastResult, writeConfiguration } from "../network.mjs";
import { addRulesOfOthers } from "../others.mjs";

/** How much of the Go plugin's time each verb may take. */
const limit = { ratio: 0.4 };

/**
 * Attaching, checking and detaching a container, among rules of no others, of 100 and of 1000. netavark is there only where
 * there are none: it has rules for networks, which do not grow with their containers.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const attachmentContests = [0, 100, 1000].flatMap((others) =>
  kinds.map(({ name: kind, label, configuration, stores, netavark }) => {
    const name = `${kind}, ${others} others`;
    return {
      name,
      share: others > 0 ? 0.4 : 1,
      prepare: (place) => {
        for (const store of stores) addRulesOfOthers(store, configuration.name, others);
        const container = makeContainer("c1");
        return [
          ...pluginsOf(place).map((plugin) => ({
            name: plugin.name,
            steps: attachmentSteps(place, plugin, container, configuration),
          })),
          ...(others === 0 ? netavarkOf(place, netavark, { netns: container }) : []),
        ];
      },
      lines: [
        ...["ADD", "CHECK", "DEL"].map((verb) => ({
          what: `${verb}, ${name}`,
          step: verb,
          limit,
          point: { verb, kind: label, others },
        })),
        ...(kind === "ipMasq by iptables" && others === 0
          ? [
              {
                what: "memory of bridge, ADD",
                unit: "MB",
                step: "ADD",
                limit: { most: 4 },
                point: { memory: "bridge, ADD" },
              },
            ]
          : []),
      ],
    };
  }),
);

/** Ours, and those of peers that could be had. @returns {import("../network.mjs").Plugin[]} */
export function pluginsOf({ directories, peers }) {
  return [
    { name: "bin", directory: directories.bin },
    ...peers.flatMap(({ name, plugins }) => (plugins === undefined ? [] : [{ name, directory: plugins }])),
  ];
}

/**
 * ADD, CHECK and DEL of a container, the latter two with the result of ADD.
 *
 * @returns {import("../contest.mjs").Step[]}
 */
export function attachmentSteps(place, plugin, netns, configuration) {
  const input = writeConfiguration(place, plugin.name, configuration);
  let attached = input;
  const call = (verb, file) => callPlugin(place, plugin, { verb, container: "c1", netns, input: file });
  const step = (verb, run) => ({ name: verb, run: () => [run()] });
  return [
    step("ADD", () => {
      const cost = call("ADD", input);
      const prevResult = cost.failure === undefined ? lastResult(place) : undefined;
      attached = writeConfiguration(place, `${plugin.name}-attached`, { ...configuration, prevResult });
      return cost;
    }),
    step("CHECK", () => call("CHECK", attached)),
    step("DEL", () => call("DEL", attached)),
  ];
}
