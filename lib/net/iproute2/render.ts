import { formatAddress } from "../../ip/address.ts";
import { formatPrefix, networkOf } from "../../ip/prefix.ts";
import type { AddRoute, AddVlans, CreatePort, CreateVlanGateway, LinkOperation } from "../link-operation.ts";
import { vlanRuns } from "../vlan-runs.ts";

/** A command of a program of iproute2: its words, without the program itself. */
export interface ToolCommand {
  readonly program: "ip" | "bridge";
  readonly words: readonly string[];
}

/**
 * An operation as commands of ip(8) or bridge(8), all of them of one program. Mostly it is one.
 *
 * @param containerPath The path of the container's namespace, for the one command that reaches into it.
 */
export function render(operation: LinkOperation, containerPath: string): ToolCommand[] {
  switch (operation.do) {
    case "add vlans":
      return renderVlans(operation);
    case "remove vlan":
      return [bridge("vlan", "delete", "dev", operation.port, "vid", String(operation.vlan))];
    default:
      return [{ program: "ip", words: renderIp(operation, containerPath) }];
  }
}

function bridge(...words: readonly string[]): ToolCommand {
  return { program: "bridge", words };
}

function renderVlans({ port, native, tagged }: AddVlans): ToolCommand[] {
  const add = (vlans: string, ...flags: readonly string[]) =>
    bridge("vlan", "add", "dev", port, "vid", vlans, ...flags);
  return [
    ...(native === undefined ? [] : [add(String(native), "pvid", "untagged")]),
    ...vlanRuns(tagged).map(({ first, last }) => add(first === last ? String(first) : `${first}-${last}`)),
  ];
}

/** For the reason that netlink/encode-link.ts gives. */
const queues = ["numtxqueues", "1", "numrxqueues", "1"];

type IpOperation = Exclude<LinkOperation, { do: "add vlans" | "remove vlan" }>;

function renderIp(operation: IpOperation, containerPath: string): string[] {
  switch (operation.do) {
    case "create bridge":
      return [
        ...["link", "add", ...nameAndMac(operation.name, operation.mac), ...optional("mtu", operation.mtu)],
        ...["type", "bridge"],
        ...(operation.vlanFiltering ? ["vlan_filtering", "1"] : []),
      ];
    case "create port": {
      const port = nameAndMac(operation.name, operation.mac);
      const peer = nameAndMac(operation.peerName, operation.peerMac);
      return [...vethPort(operation, port, peer), "netns", containerPath];
    }
    case "create vlan gateway": {
      const port = nameAndMac(operation.portName, operation.portMac);
      return vethPort(operation, port, nameAndMac(operation.name, operation.mac));
    }
    case "label link":
      return [...change(operation.name), "alias", operation.alias];
    case "plug port":
      return [...change(operation.name), "master", operation.bridge];
    case "configure port":
      return [
        ...[...change(operation.name), "type", "bridge_slave"],
        ...["hairpin", operation.hairpin ? "on" : "off", "isolated", operation.isolated ? "on" : "off"],
      ];
    case "set promiscuous":
      return [...change(operation.name), "promisc", "on"];
    case "set mtu":
      return [...change(operation.name), "mtu", String(operation.mtu)];
    case "set vlan filtering":
      return [...change(operation.name), "type", "bridge", "vlan_filtering", "1"];
    case "set mac":
      return [...change(operation.name), "address", operation.mac];
    case "set up":
      return [...change(operation.name), "up"];
    case "forget neighbour":
      // Where nothing is known, `delete` ends a batch without a word about how far it came.
      return [
        ...["neighbour", "flush", "to", formatAddress(operation.address)],
        ...["dev", operation.link, "nud", "all"],
      ];
    case "add address": {
      const { address, length } = operation.address;
      const isUsedAtOnce = address.family === 6 && !operation.detectDuplicates;
      return [
        ...["address", "add", formatPrefix(operation.address)],
        ...(address.family === 4 && length <= 30 ? ["broadcast", "+"] : []),
        ...["dev", operation.link],
        ...(isUsedAtOnce ? ["nodad"] : []),
      ];
    }
    case "delete address":
      return ["address", "delete", formatPrefix(operation.address), "dev", operation.link];
    case "add route":
      return renderRoute(operation);
    case "delete link":
      return ["link", "delete", "dev", operation.name];
  }
}

/** A veth pair: a port of a bridge, which is up, and a peer, which is down. */
function vethPort(
  { bridge, mtu }: CreatePort | CreateVlanGateway,
  port: readonly string[],
  peer: readonly string[],
): string[] {
  const both = [...optional("mtu", mtu), ...queues];
  return ["link", "add", ...port, ...both, "master", bridge, "up", "type", "veth", "peer", ...peer, ...both];
}

function nameAndMac(name: string, mac: string): string[] {
  return ["name", name, "address", mac];
}

function change(name: string): string[] {
  return ["link", "set", "dev", name];
}

function renderRoute({ link, to, via, onlink, mtu, advmss, priority, table, scope }: AddRoute): string[] {
  return [
    // Unlike `add`, `prepend` takes a second route to a destination, as the Go plugin does.
    ...["route", "prepend", formatPrefix(networkOf(to))],
    ...(via === undefined ? [] : ["via", formatAddress(via)]),
    ...["dev", link],
    ...(onlink ? ["onlink"] : []),
    ...optional("mtu", mtu),
    ...optional("advmss", advmss),
    ...optional("metric", priority),
    ...optional("table", table),
    ...optional("scope", scope),
  ];
}

function optional(keyword: string, value: number | undefined): string[] {
  return value === undefined ? [] : [keyword, String(value)];
}
