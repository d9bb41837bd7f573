import { kinds } from "../kinds.mjs";
import { makeContainer } from "../namespace.mjs";
import { netavarkOf } from "../netavark.mjs";
import { attach, callPlugin, writeConfiguration } from "../network.mjs";

/** Rules are the network's, and let through what its containers send, where there are any. */
const wishes = kinds
  .filter(({ label }) => label !== "dual stack")
  .map(({ label, configuration, netavark }) => ({
    label,
    netavark,
    configuration: configuration.ipMasq
      ? { ...configuration, ipMasqScope: "network", forward: "accept" }
      : configuration,
  }));

/**
 * As much like netavark's work as ours can do: the caller chooses the address, another container is on the network, and its
 * rules are there already. What is left of the difference is the lease, which ours has all the same.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const givenAddressContests = wishes.map(({ label, configuration, netavark }) => ({
  name: `given address, ${label}`,
  prepare: (place) => {
    const netns = makeContainer("c1");
    const input = writeConfiguration(place, "network", configuration);
    const plugin = {
      name: "bin",
      directory: place.directories.bin,
      environment: { CNI_ARGS: "IgnoreUnknown=1;IP=10.10.1.1" },
    };
    const resident = { ...plugin, environment: {} };
    attach(place, resident, { container: "r", netns: makeContainer("resident"), input });
    const steps = ["ADD", "DEL"].map((verb) => ({
      name: verb,
      run: () => [callPlugin(place, plugin, { verb, container: "c1", netns, input })],
    }));
    return [{ name: plugin.name, steps }, ...netavarkOf(place, netavark, { netns })];
  },
  lines: ["ADD", "DEL"].map((verb) => ({
    what: `${verb}, given address, ${label === "plain" ? label : `rules of the network by ${label}`}`,
    step: verb,
    point: { given: `${verb}, ${label}` },
  })),
}));
