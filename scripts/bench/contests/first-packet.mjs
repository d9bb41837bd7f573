import { spawnSync } from "node:child_process";
import { makeContainer, makeOutside } from "../namespace.mjs";
import { attach, network, writeConfiguration } from "../network.mjs";
import { addRulesOfOthers } from "../others.mjs";

/** How many connections, each of one packet. */
const connections = 2000;

/** How many interfaces of others are in one namespace: making it and reading its links takes its time. */
const perNamespace = 50;

/**
 * What it costs the first packet of a connection to find its rule, among those of so many containers, and to be
 * masqueraded. With a masquerade for each container, the measured one's is the last; those of the others are loaded,
 * not made by plugins. With one for the network, the others are all attached.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const firstPacketContests = ["iptables", "nftables"].flatMap((backend) =>
  ["container", "network"].flatMap((scope) =>
    [1, 100, 1000].map((containers) => {
      const name = `first packet, ${backend}, scope ${scope}, ${containers} container${containers === 1 ? "" : "s"}`;
      return {
        name,
        once: true,
        prepare: (place) => [
          {
            name: "bin",
            steps: [{ name: "packets", run: () => sendPackets(place, { backend, scope, containers }) }],
          },
        ],
        lines: [{ what: name, unit: "us", step: "packets" }],
      };
    }),
  ),
);

function sendPackets(place, { backend, scope, containers }) {
  const configuration = {
    ...network,
    ipMasq: true,
    ...(backend === "nftables" ? { ipMasqBackend: backend } : {}),
    ...(scope === "network" ? { ipMasqScope: scope } : {}),
  };
  const plugin = { name: "bin", directory: place.directories.bin };
  const input = writeConfiguration(place, "network", configuration);
  if (scope === "container") addRulesOfOthers(backend, configuration.name, containers - 1);
  else attachOthers(place, plugin, input, containers - 1);
  const outside = makeOutside();
  const netns = makeContainer("c1");
  attach(place, plugin, { container: "c1", netns, input });
  return send(place.programs.packets, netns, outside);
}

function attachOthers(place, plugin, input, count) {
  for (let first = 1; first <= count; first += perNamespace) {
    const netns = makeContainer(`others${first}`);
    const number = Math.min(perNamespace, count - first + 1);
    const call = { container: `o${first}-%d`, interface: "eth%d", netns, input, count: number };
    attach(place, plugin, call);
  }
}

function send(program, from, { netns, address }) {
  const words = [from, netns, address, "9", "10000", String(connections)];
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr.trimEnd());
  return stdout
    .trimEnd()
    .split("\n")
    .map((nanoseconds) => ({ milliseconds: Number(nanoseconds) / 1e6 }));
}
