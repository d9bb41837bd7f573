import { makeContainer } from "../namespace.mjs";
import { callPlugin, network, writeConfiguration } from "../network.mjs";
import { pluginsOf } from "./attachment.mjs";

const size = 60;

/**
 * Many containers that come at once, and go at once.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const crowdContests = [
  { name: "plain", configuration: { ...network, isDefaultGateway: false, isGateway: true } },
  { name: "ipMasq by iptables", configuration: { ...network, ipMasq: true } },
].map(({ name, configuration }) => ({
  name: `${size} at once, ${name}`,
  share: 0.2,
  prepare: (place) => {
    for (let number = 1; number <= size; number++) makeContainer(`c${number}`);
    const input = writeConfiguration(place, "network", configuration);
    const call = { container: "c%d", netns: "/run/netns/c%d", input, count: size };
    return pluginsOf(place).map((plugin) => ({
      name: plugin.name,
      steps: ["ADD", "DEL"].map((verb) => ({
        name: verb,
        run: () => [callPlugin(place, plugin, { ...call, verb })],
      })),
    }));
  },
  lines: ["ADD", "DEL"].map((verb) => ({
    what: `${verb}, ${size} at once, ${name}`,
    step: verb,
    limit: { ratio: 1 / 3 },
  })),
}));
