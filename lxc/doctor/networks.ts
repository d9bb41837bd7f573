import { CniError } from "../../lib/cni/error.ts";
import { findPlugin } from "../../lib/cni/find-plugin.ts";
import type { NetworkFile } from "../../lib/runtime/list-networks.ts";
import { shellWord } from "../output/shell-word.ts";
import { ownDirectory, surroundingsIn } from "../runtime.ts";
import { type Finding, ok, wrong } from "./finding.ts";
import { statusOf } from "./status-of.ts";
import type { ExaminedNetwork, Subject } from "./subject.ts";

/** Configurations of networks: whether they can be used, and their plugins found. */
export function networks({ networkFiles, networks: usable }: Subject): Finding[] {
  if (networkFiles.length === 0) {
    return [wrong("there is no network", "/etc/lxc-cni/net.d", "lxc-cni network create NETWORK")];
  }
  return [...networkFiles.flatMap(unusable), ...usable.flatMap(findingsOf)];
}

function unusable({ file, problem }: NetworkFile): Finding[] {
  if (problem === undefined) return [];
  const directory = file.slice(0, file.lastIndexOf("/"));
  const open = [file, directory].find((path) => ((statusOf(path)?.mode ?? 0) & 0o022) !== 0);
  const remedy = open === undefined ? `correct or remove ${file}` : `chmod go-w ${shellWord(open)}`;
  return [wrong(`a network cannot be used: ${problem}`, file, remedy)];
}

function findingsOf({ file, network, details }: ExaminedNetwork): Finding[] {
  const problems = details.problems.map((problem) =>
    wrong(`network ${network.name} cannot work: ${problem}`, file, `correct ${file}`),
  );
  const missing = network.plugins.flatMap(({ type }) => missingPlugin(type, file));
  const findings = [...problems, ...missing];
  return findings.length > 0 ? findings : [ok(`network ${network.name} can be used`, file)];
}

/** Those of the package containernetworking-plugins that make sense in a chain behind bridge, or in its place. */
const packaged = [
  ...[
    "bandwidth",
    "dhcp",
    "firewall",
    "host-device",
    "ipvlan",
    "loopback",
    "macvlan",
    "portmap",
    "ptp",
    "sbr",
  ],
  ...["static", "tuning", "vlan", "vrf"],
];

function missingPlugin(type: string, file: string): Finding[] {
  try {
    findPlugin(type, surroundingsIn({ cniPath: "" }).cniPath);
    return [];
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    const remedy = packaged.includes(type)
      ? "apt-get install containernetworking-plugins"
      : `install ${type} into ${ownDirectory()} or /opt/cni/bin`;
    return [wrong(`the plugin ${type} is missing`, file, remedy)];
  }
}
