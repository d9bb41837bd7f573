import { isObject, type Json, type JsonObject } from "../../cni/json.ts";
import { parseAddress } from "../../ip/address.ts";
import { parseMac } from "../../ip/mac.ts";
import { type Prefix, parsePrefix } from "../../ip/prefix.ts";
import type { BridgePort, LinkAddress, LinkRoute, LinkWithAddresses, PortVlan } from "../link-backend.ts";

/** The index of a link of the same namespace; undefined when there is none of that name. */
export type IndexOf = (name: string) => number | undefined;

/**
 * Reads what `ip -json -details address show` (or `link show`) printed.
 *
 * @param indexOf Is asked when the number of a link is used that `ip` names.
 */
export function parseLinks(output: string, indexOf: IndexOf): LinkWithAddresses[] {
  return parseList(output)
    .filter(isLink)
    .map((link) => parseLink(link, indexOf));
}

/** The links that `ip -json link show` printed, by name. */
export function parseIndices(output: string): Map<string, number> {
  return new Map(
    parseList(output)
      .filter(isLink)
      .map((link) => [String(link.ifname), Number(link.ifindex)]),
  );
}

/** `ip` prints nothing at all where there is nothing to print. */
function parseList(output: string): JsonObject[] {
  const printed: Json = output.trim() === "" ? [] : JSON.parse(output);
  return Array.isArray(printed) ? printed.filter(isObject) : [];
}

/** `ip` prints `{}` for what a filter left out. */
function isLink(value: JsonObject): boolean {
  return typeof value.ifindex === "number";
}

function parseLink(link: JsonObject, indexOf: IndexOf): LinkWithAddresses {
  const info = isObject(link.linkinfo) ? link.linkinfo : {};
  const kind = textIn(info, "info_kind");
  const bridge = kind === "bridge" && isObject(info.info_data) ? info.info_data : undefined;
  const flags = Array.isArray(link.flags) ? link.flags : [];
  const { master, link: peer } = link;
  return {
    index: Number(link.ifindex),
    name: String(link.ifname),
    kind,
    mac: typeof link.address === "string" ? parseMac(link.address) : undefined,
    mtu: Number(link.mtu),
    up: flags.includes("UP"),
    isRunning: link.operstate === "UP",
    isPromiscuous: flags.includes("PROMISC"),
    alias: textIn(link, "ifalias") ?? "",
    // Finding the number of a link takes another command, which most who look at a link have no use for.
    get master() {
      return typeof master === "string" ? indexOf(master) : undefined;
    },
    port: info.info_slave_kind === "bridge" ? parsePort(info.info_slave_data) : undefined,
    vlanFiltering: bridge && bridge.vlan_filtering === 1,
    // A kernel without VLANs says nothing of it.
    defaultVlan: bridge && (numberIn(bridge, "vlan_default_pvid") ?? 0),
    // A name when the other end is in the same namespace.
    get peerIndex() {
      return typeof peer === "string" ? indexOf(peer) : numberIn(link, "link_index");
    },
    addresses: Array.isArray(link.addr_info) ? link.addr_info.filter(isObject).flatMap(parseLinkAddress) : [],
  };
}

function parsePort(data: Json | undefined): BridgePort | undefined {
  if (!isObject(data)) return undefined;
  return {
    hairpin: data.hairpin === true,
    isolated: data.isolated === true,
    isForwarding: data.state === "forwarding",
  };
}

function parseLinkAddress({ local, prefixlen, tentative, dadfailed }: JsonObject): LinkAddress[] {
  const prefix = parsePrefix(`${String(local)}/${String(prefixlen)}`);
  // An address that failed is tentative as well.
  const detection = dadfailed === true ? "failed" : tentative === true ? "tentative" : "done";
  return prefix === undefined ? [] : [{ ...prefix, detection }];
}

/** linux/rtnetlink.h: RTN_UNICAST, RT_TABLE_LOCAL */
const unicast = "1";
const localTable = 255;

/**
 * Reads what `ip -Numeric -json -details route show table all` printed: the unicast routes, one for each next hop; none
 * of the table `local`.
 *
 * @param family Of the routes: `ip` prints `default` for both.
 */
export function parseRoutes(output: string, family: 4 | 6, indexOf: IndexOf): LinkRoute[] {
  return parseList(output).flatMap((route) => {
    const to = parseDestination(String(route.dst), family);
    const table = Number(route.table);
    if (to === undefined || route.type !== unicast || table === localTable) return [];
    const metrics = Array.isArray(route.metrics) && isObject(route.metrics[0]) ? route.metrics[0] : {};
    const hops = Array.isArray(route.nexthops) ? route.nexthops.filter(isObject) : [route];
    return hops.map((hop) => ({
      to,
      via: gatewayIn(hop),
      link: typeof hop.dev === "string" ? indexOf(hop.dev) : undefined,
      table,
      priority: numberIn(route, "metric") ?? 0,
      mtu: numberIn(metrics, "mtu"),
      advmss: numberIn(metrics, "advmss"),
      scope: Number(route.scope),
      protocol: Number(route.protocol),
    }));
  });
}

/** `ip` leaves out the length of a single address. */
function parseDestination(text: string, family: 4 | 6): Prefix | undefined {
  if (text === "default") return parsePrefix(family === 4 ? "0.0.0.0/0" : "::/0");
  return parsePrefix(text.includes("/") ? text : `${text}/${family === 4 ? 32 : 128}`);
}

/** `via` is an address of another family than the route's. */
function gatewayIn({ gateway, via }: JsonObject): LinkRoute["via"] {
  if (typeof gateway === "string") return parseAddress(gateway);
  return isObject(via) && typeof via.host === "string" ? parseAddress(via.host) : undefined;
}

/** Reads what `bridge -json -compressvlans vlan show dev PORT` printed. */
export function parseVlans(output: string): PortVlan[] {
  return parseList(output).flatMap(({ vlans }) =>
    Array.isArray(vlans) ? vlans.filter(isObject).flatMap(parseVlanRun) : [],
  );
}

function parseVlanRun(run: JsonObject): PortVlan[] {
  const first = Number(run.vlan);
  const last = numberIn(run, "vlanEnd") ?? first;
  const flags = Array.isArray(run.flags) ? run.flags : [];
  return Array.from({ length: last - first + 1 }, (_, distance) => ({
    vlan: first + distance,
    isNative: flags.includes("PVID"),
    isUntagged: flags.includes("Egress Untagged"),
  }));
}

function textIn(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === "string" ? value : undefined;
}

function numberIn(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === "number" ? value : undefined;
}
