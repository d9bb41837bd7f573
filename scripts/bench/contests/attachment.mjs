import { go } from "../contest.mjs";
import { makeContainer } from "../namespace.mjs";
import { callPlugin, lastResult, network, writeConfiguration } from "../network.mjs";
import { addRulesOfOthers } from "../others.mjs";

const subnets = [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]];

/** The kinds of networks, and where their rules are. */
const kinds = [
  {
    name: "plain",
    label: "plain",
    configuration: { ...network, isDefaultGateway: false, isGateway: true },
    stores: ["iptables"],
  },
  {
    name: "ipMasq by iptables",
    label: "iptables",
    configuration: { ...network, ipMasq: true },
    stores: ["iptables"],
  },
  {
    name: "ipMasq by nftables",
    label: "nftables",
    configuration: { ...network, ipMasq: true, ipMasqBackend: "nftables" },
    stores: ["nftables"],
  },
  {
    name: "dual stack, ipMasq",
    label: "dual stack",
    configuration: { ...network, ipMasq: true, ipam: { type: "host-local", ranges: subnets } },
    stores: ["iptables", "ip6tables"],
  },
];

/** How much of the Go plugin's time each verb may take. */
const limit = { ratio: 0.4 };

/**
 * Attaching, checking and detaching a container, among rules of no others and of 1000.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const attachmentContests = [0, 1000].flatMap((others) =>
  kinds.map(({ name: kind, label, configuration, stores }) => {
    const name = `${kind}, ${others} others`;
    return {
      name,
      share: others > 0 ? 0.4 : 1,
      prepare: (place) => {
        for (const store of stores) addRulesOfOthers(store, configuration.name, others);
        const container = makeContainer("c1");
        return pluginsOf(place).map((plugin) => ({
          name: plugin.name,
          steps: attachmentSteps(place, plugin, container, configuration),
        }));
      },
      lines: [
        ...["ADD", "CHECK", "DEL"].map((verb) => ({
          what: `${verb}, ${name}`,
          step: verb,
          limit,
          point: { panel: `${verb}, ${others}`, at: label },
        })),
        ...(kind === "ipMasq by iptables" && others === 0
          ? [{ what: "memory of bridge, ADD", unit: "MB", step: "ADD", limit: { most: 4 } }]
          : []),
      ],
    };
  }),
);

/** Ours, and the Go plugins where there are any. */
export function pluginsOf({ directories }) {
  return [
    { name: "bin", directory: directories.bin },
    ...(directories.go === undefined ? [] : [{ name: go, directory: directories.go }]),
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
