import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import { type Address, formatAddress, nextAddress } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { contains, firstAddressOf, formatPrefix, type Prefix } from "../../lib/ip/prefix.ts";
import { type ForwardBarrier, forwardBarriers } from "../../lib/net/firewall/forward-barriers.ts";
import type { LinkBackend } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import { listNetworkFiles, type NetworkFile } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { chooseBridge } from "./choose-bridge.ts";
import { chooseIpv4Subnet, chooseIpv6Subnet } from "./choose-subnet.ts";
import { detailsOf } from "./details.ts";
import { configurationOf, type NewNetwork, type NewSubnet } from "./new-network.ts";
import { requireUsableBridge } from "./require-bridge.ts";
import { type TakenSubnet, takenByHost, takenByNetworks, usesOf } from "./taken.ts";

/** What a network is to be like; what is left open is chosen. */
export interface Wishes extends Omit<NewNetwork, "bridge" | "subnets" | "forward"> {
  readonly bridge: LinkName | undefined;
  /** One of each family at most. */
  readonly subnets: readonly Prefix[];
  /** Of these subnets, or of the ones that are chosen; by default their first addresses. */
  readonly gateways: readonly Address[];
  /** Have an IPv6 subnet, besides. */
  readonly ipv6: boolean;
}

/** A network that was made. */
export interface CreatedNetwork {
  readonly network: NewNetwork;
  readonly file: string;
  /** What drops its packets all the same. */
  readonly barriers: readonly ForwardBarrier[];
}

/** Where networks are made. */
const directory = defaultDirectories[0] ?? "";

/**
 * Makes a network: chooses what was left open, and writes its configuration, whole or not at all.
 *
 * @throws CniError 7 where there is such a network, or what was wished for is in the way of something on this host, 5
 *   where the file cannot be written, 11 where others make networks for too long.
 */
export function createNetwork(wishes: Wishes): CreatedNetwork {
  // Two calls at once must not choose the same subnet: the second one has to see the first one's file.
  return withLock("networks", "all", () => {
    const files = listNetworkFiles(defaultDirectories);
    refuseExistingName(wishes.name, files);
    return withHostLinks((links) => {
      const barriers = forwardBarriers();
      const network = choose(wishes, files, barriers, links);
      return {
        network,
        file: write(network),
        barriers: barriers.filter(({ yields }) => !network.forward || !yields),
      };
    });
  });
}

function refuseExistingName(name: NetworkName, files: readonly NetworkFile[]): void {
  const found = files.find(({ network }) => network?.name === name);
  if (found === undefined) return;
  throw new CniError(
    Code.invalidConfiguration,
    `there is a network ${name} already`,
    `${found.file} has it; lxc-cni network show ${name} shows it, lxc-cni network rm ${name} removes it`,
  );
}

function choose(
  wishes: Wishes,
  files: readonly NetworkFile[],
  barriers: readonly ForwardBarrier[],
  links: LinkBackend,
): NewNetwork {
  const taken = [...takenByHost(links), ...takenByNetworks(files)];
  const bridge = wishes.bridge ?? chooseBridge(wishes.name, wishes.vlan, bridgeIsTaken(files, links));
  const gatewayLink = wishes.vlan === undefined ? bridge : `${bridge}.${wishes.vlan}`;
  const subnets = withGateways(chooseSubnets(wishes, gatewayLink, taken), wishes.gateways);
  if (wishes.bridge !== undefined) requireUsableBridge(bridge, gatewayLink, subnets, files, links);
  return { ...wishes, bridge, subnets, forward: barriers.some(({ yields }) => yields) };
}

function bridgeIsTaken(files: readonly NetworkFile[], links: LinkBackend): (name: string) => boolean {
  const names = new Set<string>(links.readLinks("host").map(({ name }) => name));
  for (const { network } of files) {
    const bridge = network && detailsOf(network).bridge?.bridge;
    if (bridge !== undefined) names.add(bridge);
  }
  return (name) => names.has(name);
}

function chooseSubnets(wishes: Wishes, link: string, taken: readonly TakenSubnet[]): Prefix[] {
  for (const subnet of wishes.subnets) {
    const [use] = usesOf(subnet, taken, wishes.bridge === undefined ? undefined : link);
    if (use === undefined) continue;
    throw new CniError(
      Code.invalidConfiguration,
      `subnet ${formatPrefix(subnet)} is in use`,
      `${use.by} has addresses of it; name another one, or none to have one chosen`,
    );
  }
  const prefixes = taken.map(({ subnet }) => subnet);
  const hasFamily = (family: 4 | 6) => wishes.subnets.some(({ address }) => address.family === family);
  return [
    ...(wishes.subnets.length === 0 ? [chooseIpv4Subnet(wishes.name, prefixes)] : wishes.subnets),
    ...(wishes.ipv6 && !hasFamily(6) ? [chooseIpv6Subnet(system.random, prefixes)] : []),
  ];
}

function withGateways(subnets: readonly Prefix[], gateways: readonly Address[]): NewSubnet[] {
  const stray = gateways.find((gateway) => !subnets.some((subnet) => contains(subnet, gateway)));
  if (stray !== undefined) {
    throw new CniError(
      Code.invalidConfiguration,
      `gateway ${formatAddress(stray)} is in no subnet of the network`,
      `it has ${subnets.map(formatPrefix).join(" and ")}; name a subnet with --subnet CIDR`,
    );
  }
  return subnets.map((subnet) => ({
    subnet,
    gateway: gateways.find((gateway) => contains(subnet, gateway)) ?? nextAddress(firstAddressOf(subnet)),
  }));
}

/** Writes what has passed our own reading of it. @returns the file's path */
function write(network: NewNetwork): string {
  const source = configurationOf(network);
  const [problem] = detailsOf(parseNetwork(source)).problems;
  if (problem !== undefined)
    throw new CniError(Code.invalidConfiguration, `network ${network.name}: ${problem}`);
  const file = `${directory}/${network.name}.conflist`;
  system.makeDirectory(directory, 0o755);
  if (system.createFile(file, source, 0o644, "on disk")) return file;
  throw new CniError(
    Code.invalidConfiguration,
    `${file} is there already`,
    "it is the configuration of another network, or of none; rename or remove it",
  );
}
