import { makeContainer } from "../namespace.mjs";
import { callPlugin, network, writeConfiguration } from "../network.mjs";
import { pluginsOf } from "./attachment.mjs";

/**
 * `host-local` called by itself, as bridge plugins of others do.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const hostLocalContest = {
  name: "host-local",
  prepare: (place) => {
    const netns = makeContainer("c1");
    const input = writeConfiguration(place, "network", network);
    return pluginsOf(place).map((plugin) => ({
      name: plugin.name,
      steps: ["ADD", "DEL"].map((verb) => ({
        name: verb,
        run: () => [
          callPlugin(place, { ...plugin, executable: "host-local" }, { verb, container: "c1", netns, input }),
        ],
      })),
    }));
  },
  lines: [
    { what: "host-local ADD", step: "ADD" },
    { what: "host-local DEL", step: "DEL" },
    {
      what: "memory of host-local, ADD",
      unit: "MB",
      step: "ADD",
      limit: { most: 4 },
      point: { memory: "host-local, ADD" },
    },
  ],
};
