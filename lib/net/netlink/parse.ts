import { addressFromBytes } from "../../ip/address.ts";
import { macFromBytes } from "../../ip/mac.ts";
import type { BridgePort, Link, LinkAddress, LinkRoute, PortVlan } from "../link-backend.ts";
import {
  type Attributes,
  allOfType,
  bytesOf,
  nestedIn,
  parseAttributes,
  textOf,
  uint8Of,
  uint16At,
  uint16Of,
  uint32At,
  uint32Of,
} from "./attributes.ts";
import {
  AddressFamilyNumber,
  Ifa,
  IfaFlag,
  Iff,
  Ifla,
  IflaBridge,
  IflaBridgeSpec,
  IflaInfo,
  IflaPort,
  operstateUp,
  portForwarding,
  Route,
  Rta,
  Rtax,
  VlanFlag,
} from "./constants.ts";
import { linkHeaderLength } from "./link-header.ts";
import { align } from "./message.ts";

/** A message that came from the kernel. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** All that follows the header. */
  readonly body: Uint8Array;
}

/** The link that an RTM_NEWLINK message tells of. */
export function parseLink({ body }: Message): Link {
  const attributes = parseAttributes(body, linkHeaderLength);
  const flags = uint32At(body, 8);
  const info = nestedIn(attributes, Ifla.linkInfo);
  const kind = info && textOf(info, IflaInfo.kind);
  const bridge = kind === "bridge" ? info && nestedIn(info, IflaInfo.data) : undefined;
  const mac = bytesOf(attributes, Ifla.address);
  return {
    index: linkIndexOf({ body }),
    name: textOf(attributes, Ifla.ifname) ?? "",
    kind,
    mac: mac && macFromBytes(mac),
    mtu: uint32Of(attributes, Ifla.mtu) ?? 0,
    up: (flags & Iff.up) !== 0,
    isRunning: uint8Of(attributes, Ifla.operstate) === operstateUp,
    isPromiscuous: (flags & Iff.promiscuous) !== 0,
    alias: textOf(attributes, Ifla.ifAlias) ?? "",
    master: uint32Of(attributes, Ifla.master),
    port: info && parsePort(info),
    vlanFiltering: bridge && uint8Of(bridge, IflaBridge.vlanFiltering) === 1,
    // A kernel without VLANs says nothing of it.
    defaultVlan: bridge && (uint16Of(bridge, IflaBridge.defaultVlan) ?? 0),
    peerIndex: uint32Of(attributes, Ifla.link),
  };
}

function parsePort(info: Attributes): BridgePort | undefined {
  const data = textOf(info, IflaInfo.slaveKind) === "bridge" ? nestedIn(info, IflaInfo.slaveData) : undefined;
  return (
    data && {
      hairpin: uint8Of(data, IflaPort.hairpin) === 1,
      isolated: uint8Of(data, IflaPort.isolated) === 1,
      isForwarding: uint8Of(data, IflaPort.state) === portForwarding,
    }
  );
}

/** The index of the link that an RTM_NEWLINK or RTM_NEWADDR message tells of. */
export function linkIndexOf({ body }: Pick<Message, "body">): number {
  return uint32At(body, 4);
}

/** The address that an RTM_NEWADDR message tells of. */
export function parseLinkAddress({ body }: Message): LinkAddress | undefined {
  const attributes = parseAttributes(body, 8);
  // Of a point-to-point link, IFA_ADDRESS is the other end's; IFA_LOCAL, where there is one, is always ours.
  const bytes = bytesOf(attributes, Ifa.local) ?? bytesOf(attributes, Ifa.address);
  const address = bytes && addressFromBytes(bytes);
  if (address === undefined) return undefined;
  const flags = uint32Of(attributes, Ifa.flags) ?? body[2] ?? 0;
  return { address, length: body[1] ?? 0, detection: detectionOf(flags) };
}

/** An address that failed is tentative as well. */
function detectionOf(flags: number): LinkAddress["detection"] {
  if ((flags & IfaFlag.dadfailed) !== 0) return "failed";
  return (flags & IfaFlag.tentative) !== 0 ? "tentative" : "done";
}

/** Whether an RTM_NEWROUTE message tells of a route to everywhere: the length of the destination is 0. */
export function isDefaultRoute({ body }: Message): boolean {
  return body[1] === 0;
}

/** The unicast routes that an RTM_NEWROUTE message tells of: one for each next hop; none of the table `local`. */
export function parseRoutes({ body }: Message): LinkRoute[] {
  const family = familyOf(body[0]);
  const isCloned = (uint32At(body, 8) & Route.cloned) !== 0;
  if (family === undefined || isCloned || body[7] !== Route.typeUnicast) return [];
  const attributes = parseAttributes(body, 12);
  const table = uint32Of(attributes, Rta.table) ?? body[4] ?? 0;
  if (table === Route.tableLocal) return [];
  const to = addressFromBytes(bytesOf(attributes, Rta.dst) ?? new Uint8Array(family === 4 ? 4 : 16));
  if (to === undefined) return [];
  const metrics = nestedIn(attributes, Rta.metrics);
  const route = {
    to: { address: to, length: body[1] ?? 0 },
    via: gatewayIn(attributes),
    link: uint32Of(attributes, Rta.oif),
    table,
    priority: uint32Of(attributes, Rta.priority) ?? 0,
    mtu: metrics && uint32Of(metrics, Rtax.mtu),
    advmss: metrics && uint32Of(metrics, Rtax.advmss),
    scope: body[6] ?? 0,
    protocol: body[5] ?? 0,
  };
  const multipath = bytesOf(attributes, Rta.multipath);
  return multipath === undefined ? [route] : parseNextHops(multipath).map((hop) => ({ ...route, ...hop }));
}

function familyOf(number: number | undefined): 4 | 6 | undefined {
  if (number === AddressFamilyNumber[4]) return 4;
  return number === AddressFamilyNumber[6] ? 6 : undefined;
}

type NextHop = Pick<LinkRoute, "via" | "link">;

function parseNextHops(multipath: Uint8Array): NextHop[] {
  const hops: NextHop[] = [];
  // struct rtnexthop: length, flags, weight, index; then attributes.
  for (let at = 0; at + 8 <= multipath.length; ) {
    const length = uint16At(multipath, at);
    if (length < 8 || at + length > multipath.length) break;
    const via = gatewayIn(parseAttributes(multipath.subarray(at, at + length), 8));
    hops.push({ via, link: uint32At(multipath, at + 4) });
    at += align(length);
  }
  return hops;
}

/** RTA_VIA is an address of another family than the route's, behind the number of that family (RFC 5549). */
function gatewayIn(attributes: Attributes): LinkRoute["via"] {
  const bytes = bytesOf(attributes, Rta.gateway) ?? bytesOf(attributes, Rta.via)?.subarray(2);
  return bytes && addressFromBytes(bytes);
}

/** The VLANs of the port that an RTM_NEWLINK message of AF_BRIDGE tells of, ascending. */
export function parseVlans({ body }: Message): PortVlan[] {
  const spec = bytesOf(parseAttributes(body, linkHeaderLength), Ifla.afSpec);
  const vlans: PortVlan[] = [];
  let first = 0;
  for (const info of spec === undefined ? [] : allOfType(spec, IflaBridgeSpec.vlanInfo)) {
    const flags = uint16At(info, 0);
    const last = uint16At(info, 2);
    // A range comes as two, with the flags that all of it has.
    if ((flags & VlanFlag.rangeEnd) === 0) first = last;
    if ((flags & VlanFlag.rangeBegin) !== 0) continue;
    for (let vlan = first; vlan <= last; vlan++) {
      vlans.push({
        vlan,
        isNative: (flags & VlanFlag.pvid) !== 0,
        isUntagged: (flags & VlanFlag.untagged) !== 0,
      });
    }
  }
  return vlans;
}
