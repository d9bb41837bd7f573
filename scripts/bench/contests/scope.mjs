import { makeContainer } from "../namespace.mjs";
import { attach, callPlugin, network, writeConfiguration } from "../network.mjs";

/** Networks of which one asks for no masquerade, the others for one that all their containers share. */
const networks = [
  { name: "none", configuration: {} },
  { name: "iptables", configuration: { ipMasq: true, ipMasqScope: "network" } },
  {
    name: "nftables",
    configuration: { ipMasq: true, ipMasqScope: "network", ipMasqBackend: "nftables" },
  },
].map(({ name, configuration }, index) => ({
  name,
  configuration: {
    ...network,
    ...configuration,
    name: `net${index}`,
    bridge: `cnibr${index}`,
    ipam: { type: "host-local", subnet: `10.${10 + index}.0.0/16` },
  },
}));

/**
 * What a masquerade for the whole network costs a container that is not the network's first: as much as none. Each
 * network has another container, which stays.
 *
 * @type {import("../contest.mjs").Contest}
 */
export const scopeContest = {
  name: "ipMasqScope network",
  share: 2,
  prepare: (place) => {
    const plugin = { name: "bin", directory: place.directories.bin };
    const netns = makeContainer("c1");
    const resident = makeContainer("resident");
    return networks.map(({ name, configuration }, index) => {
      const input = writeConfiguration(place, name, configuration);
      const opening = once(() =>
        attach(place, plugin, { container: "r", netns: resident, interface: `eth${index}`, input }),
      );
      return {
        name,
        steps: ["ADD", "DEL"].map((verb) => ({
          name: verb,
          run: () => {
            opening();
            return [callPlugin(place, plugin, { verb, container: "c1", netns, input })];
          },
        })),
      };
    });
  },
  lines: networks.slice(1).flatMap(({ name: ours }) =>
    ["ADD", "DEL"].map((verb) => ({
      what: `${verb}, ipMasqScope network by ${ours}; reference: ours without ipMasq`,
      step: verb,
      ours,
      reference: "none",
      ...(verb === "ADD" ? { limit: { ratio: 1.1 } } : {}),
    })),
  ),
};

/** Does something on the first call only; where it fails, every call fails. */
function once(action) {
  let outcome;
  return () => {
    outcome ??= outcomeOf(action);
    if (outcome.error !== undefined) throw outcome.error;
  };
}

function outcomeOf(action) {
  try {
    action();
    return {};
  } catch (error) {
    return { error };
  }
}
