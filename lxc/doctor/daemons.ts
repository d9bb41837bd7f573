import { doubtful, type Finding, orOk, wrong } from "./finding.ts";
import { isManaged } from "./network-manager.ts";
import { isMadeByNetworkd, type MatchedLink, networkdFileFor } from "./networkd.ts";
import { textOf } from "./read.ts";
import { statusOf } from "./status-of.ts";
import { gatewayNetworks, type Subject } from "./subject.ts";

/** A link that is nobody's but lxc-cni's. */
interface OwnLink extends MatchedLink {
  readonly what: string;
}

/** The host's end of a container's interface, by a name that one may have. */
const port: OwnLink = { name: "veth22222222222", kind: "veth", what: "the ports of containers" };

/** What packages of lxc-cni bring along for these programs (packaging/daemons). */
const ownNames = ["veth???????????", "cni*"];

/** Programs of the host that configure links, and would take lxc-cni's for theirs. */
export function daemons(subject: Subject): Finding[] {
  const bridges = bridgesOf(subject);
  return orOk(
    [...networkd([port, ...bridges]), ...dhcpcd(), ...networkManager([port, ...bridges], subject)],
    "no program of the host configures containers' links",
  );
}

/** The links that have gateways' addresses: bridges, and in a VLAN the end of a cable. */
function bridgesOf(subject: Subject): OwnLink[] {
  return gatewayNetworks(subject).map(({ network, settings: { bridge, gatewayLink } }) => ({
    name: gatewayLink,
    kind: gatewayLink === bridge ? "bridge" : "veth",
    what: `${gatewayLink}, the gateway of network ${network.name}`,
  }));
}

/** Of a link that it configures, it takes away whatever its file does not have: the bridge of a port, addresses. */
function networkd(links: readonly OwnLink[]): Finding[] {
  if (!exists("/run/systemd/netif")) return [];
  const file = "/etc/systemd/network/05-lxc-cni.network";
  const names = withOwnNames(links).join(" ");
  const remedy = `printf '[Match]\\nName=${names}\\n[Link]\\nUnmanaged=yes\\n' > ${file} && networkctl reload && lxc-cni repair`;
  return links.flatMap((link) => {
    const found = networkdFileFor(link, "");
    if (found === undefined || found.isUnmanaged || isMadeByNetworkd(link.name)) return [];
    return [wrong(`systemd-networkd configures ${link.what}`, found.file, remedy)];
  });
}

/** It leaves bridges alone. */
function dhcpcd(): Finding[] {
  const file = "/etc/dhcpcd.conf";
  const isRunning = exists("/run/dhcpcd.pid") || exists("/run/dhcpcd/pid");
  if (!isRunning || /^\s*(denyinterfaces\b.*\bveth|allowinterfaces\b)/m.test(textOf(file))) return [];
  return [
    doubtful(
      "dhcpcd asks for addresses on the ports of containers",
      file,
      `echo 'denyinterfaces ${ownNames.join(" ")}' >> ${file} && systemctl restart dhcpcd`,
    ),
  ];
}

/** It follows what others configure, until it is told to disconnect a link, or all of them. */
function networkManager(links: readonly OwnLink[], subject: Subject): Finding[] {
  if (!exists("/run/NetworkManager")) return [];
  const there = subject.links.readLinks("host");
  const file = "/etc/NetworkManager/conf.d/lxc-cni.conf";
  const devices = withOwnNames(links).map((name) => `interface-name:${name}`);
  const entry = `[keyfile]\\nunmanaged-devices+=${devices.join(",")}\\n`;
  return links
    .filter(({ name, kind }) => isManaged({ name, kind }, there.find((each) => each.name === name)?.index))
    .map(({ what }) =>
      doubtful(
        `NetworkManager manages ${what}`,
        "/etc/NetworkManager",
        `printf '${entry}' > ${file} && nmcli general reload`,
      ),
    );
}

/** Patterns for all of our links, and the names of those that are called otherwise. */
function withOwnNames(links: readonly OwnLink[]): string[] {
  const others = links.filter((link) => link !== port && !link.name.startsWith("cni"));
  return [...ownNames, ...new Set(others.map(({ name }) => name))];
}

function exists(path: string): boolean {
  return statusOf(path) !== undefined;
}
