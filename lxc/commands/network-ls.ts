import { cachedAttachments } from "../../lib/runtime/cache.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { command } from "../command-line/command.ts";
import { networkAsJson, type ShownNetwork, showNetwork } from "../network/show.ts";
import { print, printJson } from "../output/print.ts";
import { styled } from "../output/style.ts";
import { tableOf } from "../output/table.ts";

/** `lxc-cni network ls` */
export const networkLs = command({
  name: "network ls",
  summary: "lists the networks of this host",
  parameters: [],
  options: {
    json: { kind: "flag", does: "print JSON" },
    quiet: { kind: "flag", short: "q", does: "print names alone" },
  },
  description: `Lists every network of /etc/lxc-cni/net.d and /etc/cni/net.d, and every file there that is none, with its
problem. CONTAINERS counts those that are attached, or hold an address. The exit status is 1 when there is a
problem.`,
  examples: [
    { line: "lxc-cni network ls", does: "lists the networks" },
    { line: "lxc-cni network ls --json", does: "the same for a program" },
  ],
  run({ options: { json, quiet } }) {
    const cached = cachedAttachments();
    const networks = listNetworkFiles(defaultDirectories).map((found) => showNetwork(found, cached));
    if (json) printJson(networks.map((network) => networkAsJson(network)));
    else if (quiet) print(namesOf(networks).join(""));
    else print(table(networks));
    return networks.some(({ problems }) => problems.length > 0) ? 1 : 0;
  },
});

function namesOf(networks: readonly ShownNetwork[]): string[] {
  const usable = networks.filter(({ problems }) => problems.length === 0);
  return usable.map(({ name }) => `${name}\n`);
}

function table(networks: readonly ShownNetwork[]): string {
  const headings = ["NETWORK", "BRIDGE", "SUBNETS", "GATEWAYS", "MASQUERADE", "CONTAINERS", "FILE"];
  const problems = networks.flatMap(({ file, problems }) =>
    problems.map((problem) => `${styled("problem", "bad")} ${file}: ${problem}\n`),
  );
  return tableOf(headings, networks.map(rowOf)) + problems.join("");
}

function rowOf(network: ShownNetwork): string[] {
  const { name, plugins, bridge, subnets, gateways, masquerade, attachments, problems, file } = network;
  return [
    name === undefined || problems.length > 0 ? styled(name ?? "?", "bad") : name,
    bridge ?? (plugins[0] === undefined ? "" : `(${plugins[0]})`),
    subnets.join(","),
    gateways.join(","),
    masquerade === undefined ? "no" : "yes",
    String(attachments.length),
    file,
  ];
}
