import { kinds } from "../kinds.mjs";
import { makeContainer } from "../namespace.mjs";
import { netavarkOf } from "../netavark.mjs";
import { callPlugin, writeConfiguration } from "../network.mjs";
import { pluginsOf } from "./attachment.mjs";

const [plain, byIptables] = kinds;

/** How many come at once, in what part of the rounds, and what is stated about it. */
const sizes = [
  { size: 1, share: 1 },
  { size: 10, share: 0.5 },
  { size: 50, share: 0.15 },
  { size: 60, share: 0.2, limit: { ratio: 1 / 3 } },
];

/**
 * Containers that come at once, and go at once.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const crowdContests = sizes.flatMap(({ size, share, limit }) =>
  [plain, byIptables].map(({ name, label, configuration, netavark }) => ({
    name: `${size} at once, ${name}`,
    share,
    prepare: (place) => {
      for (let number = 1; number <= size; number++) makeContainer(`c${number}`);
      const netns = "/run/netns/c%d";
      const input = writeConfiguration(place, "network", configuration);
      const call = { container: "c%d", netns, input, count: size };
      return [
        ...pluginsOf(place).map((plugin) => ({
          name: plugin.name,
          steps: ["ADD", "DEL"].map((verb) => ({
            name: verb,
            run: () => [callPlugin(place, plugin, { ...call, verb })],
          })),
        })),
        ...netavarkOf(place, netavark, { netns, count: size }),
      ];
    },
    lines: ["ADD", "DEL"].map((verb) => ({
      what: `${verb}, ${size} at once, ${name}`,
      step: verb,
      limit,
      point: { verb, kind: label, atOnce: size },
    })),
  })),
);
