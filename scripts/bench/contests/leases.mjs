import { mkdirSync, writeFileSync } from "node:fs";
import { makeContainer } from "../namespace.mjs";
import { callPlugin, writeConfiguration } from "../network.mjs";
import { attachmentSteps, pluginsOf } from "./attachment.mjs";

const verbs = ["ADD", "CHECK", "DEL"];
const counts = [0, 10, 1000, 10_000, 60_000];
const most = 60_000;
const few = 10;
const atOnce = 200;

/** In what part of the rounds; among very many leases, the Go plugin takes most of a second for a call. */
const shares = { 10000: 0.5, 60000: 0.25 };

/** @param {string} name Each contestant has a network of its own: what one writes is not for the other to look through. */
function networkFor(name) {
  return {
    cniVersion: "1.1.0",
    name: networkName(name),
    ipam: { type: "host-local", subnet: "10.10.0.0/16" },
  };
}

function networkName(name) {
  return `net-${name.replace(/\W/g, "-")}`;
}

/** host-local among the leases of others. */
const amongOthers = counts.map((count) => ({
  name: `${count} leases`,
  share: shares[count] ?? 1,
  prepare: (place) => {
    const netns = makeContainer("c1");
    return pluginsOf(place).map((plugin) => contestant(place, plugin, plugin.name, netns, count));
  },
  lines: verbs.map((verb) => ({
    what: `host-local ${verb}, ${count} leases`,
    step: verb,
    point: { verb, leases: count },
    ...(count === most ? { limit: { ratio: 1 / 100 } } : {}),
  })),
}));

/** What a call costs must not grow with the number of leases. */
const growth = {
  name: `${most} leases, and ${few}`,
  share: 2,
  prepare: (place) => {
    const netns = makeContainer("c1");
    const plugin = { name: "bin", directory: place.directories.bin };
    return [most, few].map((count) => contestant(place, plugin, `with ${count}`, netns, count));
  },
  lines: verbs.map((verb) => ({
    what: `host-local ${verb}, ${most} leases; reference: ours, ${few} leases`,
    step: verb,
    ours: `with ${most}`,
    reference: `with ${few}`,
    limit: { ratio: 1.5 },
  })),
};

/** Many calls of host-local at the same time. */
const crowd = {
  name: `${atOnce} leases at once`,
  share: 0.5,
  prepare: (place) => {
    const netns = makeContainer("c1");
    return pluginsOf(place).map((plugin) => {
      const input = writeConfiguration(place, plugin.name, networkFor(plugin.name));
      const call = { container: "c%d", netns, input, count: atOnce };
      return {
        name: plugin.name,
        steps: ["ADD", "DEL"].map((verb) => ({
          name: verb,
          run: () => [callPlugin(place, { ...plugin, executable: "host-local" }, { ...call, verb })],
        })),
      };
    });
  },
  lines: ["ADD", "DEL"].flatMap((verb) => [
    {
      what: `host-local ${verb}, ${atOnce} at once, all`,
      step: verb,
      point: { atOnce: `${verb}, all` },
    },
    {
      what: `host-local ${verb}, ${atOnce} at once, the slowest`,
      step: verb,
      of: "slowest",
      point: { atOnce: `${verb}, slowest` },
    },
  ]),
};

/**
 * host-local among few and very many leases, and called by many.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const leaseContests = [...amongOthers, growth, crowd];

/** A plugin on a network of its own, of whose addresses others have leased so many. */
function contestant(place, plugin, name, netns, count) {
  writeLeases(networkName(name), count);
  const executable = { ...plugin, name, executable: "host-local" };
  return { name, steps: attachmentSteps(place, executable, netns, networkFor(name)) };
}

/** Writes leases as host-local would have left them, from the second address on. */
function writeLeases(network, count) {
  if (count === 0) return;
  const directory = `/var/lib/cni/networks/${network}`;
  mkdirSync(directory, { recursive: true });
  const address = (index) => `10.10.${(index + 2) >> 8}.${(index + 2) & 255}`;
  for (let index = 0; index < count; index++)
    writeFileSync(`${directory}/${address(index)}`, `other${index}\r\neth0`, { mode: 0o600 });
  writeFileSync(`${directory}/last_reserved_ip.0`, address(count - 1), { mode: 0o600 });
  writeFileSync(`${directory}/lock`, "", { mode: 0o750 });
}
