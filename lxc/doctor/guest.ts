import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { rootDirectoryOf } from "../container/configuration.ts";
import { remedyFor, runsUdhcpc } from "../enable/guest.ts";
import { shellWord } from "../output/shell-word.ts";
import { doubtful, type Finding, ok, wrong } from "./finding.ts";
import { networkdFileFor } from "./networkd.ts";
import { attachedContainers, type ExaminedContainer, type Subject } from "./subject.ts";

/** DHCP clients in containers: they take the address away that lxc-cni gave, or wait for a server that there is not. */
export function guest(subject: Subject): Finding[] {
  return attachedContainers(subject).flatMap((each) => {
    const root = rootDirectoryOf(each.configuration);
    if (root === undefined) return [];
    const findings = linksOf(each).flatMap((link) => [...ofIfupdown(link, root), ...ofNetworkd(link, root)]);
    const all = [...ofBusybox(root, each), ...findings];
    return all.length > 0
      ? all
      : [ok(`no DHCP client of ${each.container.name} works on lxc-cni's links`, root)];
  });
}

function linksOf({ hookLines }: ExaminedContainer): string[] {
  const links = hookLines.flatMap(
    ({ words }) => words?.networks.map((network) => String(network.interface)) ?? [],
  );
  return [...new Set(links)];
}

/** The client of busybox drops the address of its link as soon as it starts. */
function ofBusybox(root: string, { container }: ExaminedContainer): Finding[] {
  if (!runsUdhcpc(root)) return [];
  return [wrong(`udhcpc takes the address of ${container.name} away when it starts`, root, remedyFor(root))];
}

function ofIfupdown(link: string, root: string): Finding[] {
  const file = `${root}/etc/network/interfaces`;
  const lines = textWithin(root, file)
    .split("\n")
    .map((line) => line.trim().split(/\s+/).join(" "));
  if (!lines.includes(`iface ${link} inet dhcp`)) return [];
  const remedy = `sed -i ${shellWord(`s/iface ${link} inet dhcp/iface ${link} inet manual/`)} ${shellWord(file)}`;
  return [doubtful(`ifupdown waits for DHCP on ${link}, which lxc-cni has configured`, file, remedy)];
}

function ofNetworkd(link: string, root: string): Finding[] {
  const found = networkdFileFor({ name: link, kind: "veth" }, root);
  if (found === undefined || found.isUnmanaged || !found.hasDhcp) return [];
  const file = `${root}/etc/systemd/network/05-lxc-cni-${link}.network`;
  const remedy = `printf ${shellWord(`[Match]\\nName=${link}\\n[Link]\\nUnmanaged=yes\\n`)} > ${shellWord(file)}`;
  return [
    doubtful(`systemd-networkd waits for DHCP on ${link}, which lxc-cni has configured`, found.file, remedy),
  ];
}

/** A file of a container, empty where there is none; nothing that a link of the container's leads to outside of it. */
function textWithin(root: string, file: string): string {
  try {
    return system.realPath(file).startsWith(`${system.realPath(root)}/`) ? system.readRegular(file) : "";
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}
