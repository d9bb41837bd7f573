import { addressBytes } from "../../ip/address.ts";
import { macBytes } from "../../ip/mac.ts";
import { firstAddressOf, lastAddressOf, type Prefix } from "../../ip/prefix.ts";
import type {
  AddAddress,
  AddRoute,
  ConfigurePort,
  CreateBridge,
  CreatePort,
  DeleteAddress,
  LinkOperation,
} from "../operation.ts";
import {
  AddressFamilyNumber,
  BridgePort,
  Ifa,
  IfaFlag,
  Iff,
  Ifla,
  IflaInfo,
  Route,
  Rta,
  Rtax,
  Rtm,
  VethInfo,
} from "./constants.ts";
import { type Attribute, bytes, Flag, message, nest, nestAfter, text, uint8, uint32 } from "./message.ts";

/** What an operation refers to by name, as numbers that hold at this moment. */
export interface Resolved {
  /** The index of a link of the namespace that the operation works in. */
  indexOf(name: string): number;
  /** The descriptor of the container's namespace. */
  readonly containerDescriptor: number;
}

/** The message that does an operation. */
export function encode(operation: LinkOperation, sequence: number, resolved: Resolved): Uint8Array {
  const { type, flags, fixed, attributes } = request(operation, resolved);
  return message(type, Flag.request | Flag.ack | flags, sequence, fixed, attributes);
}

interface Request {
  readonly type: number;
  readonly flags: number;
  readonly fixed: Uint8Array;
  readonly attributes: readonly Attribute[];
}

const createNew = Flag.create | Flag.exclusive;

function request(operation: LinkOperation, resolved: Resolved): Request {
  switch (operation.do) {
    case "create bridge":
      return createBridge(operation);
    case "create port":
      return createPort(operation, resolved);
    case "label link":
      return setLink([text(Ifla.ifname, operation.name), text(Ifla.ifAlias, operation.alias)]);
    case "configure port":
      return configurePort(operation);
    case "set up":
      return setLink([text(Ifla.ifname, operation.name)], Iff.up);
    case "add address":
      return addAddress(operation, resolved);
    case "delete address":
      return deleteAddress(operation, resolved);
    case "add route":
      return addRoute(operation, resolved);
    case "delete link":
      return {
        type: Rtm.delLink,
        flags: 0,
        fixed: linkHeader(0),
        attributes: [text(Ifla.ifname, operation.name)],
      };
  }
}

function createBridge({ name, mac, mtu }: CreateBridge): Request {
  return {
    type: Rtm.newLink,
    flags: createNew,
    fixed: linkHeader(0),
    attributes: [
      text(Ifla.ifname, name),
      bytes(Ifla.address, macBytes(mac)),
      ...optional(Ifla.mtu, mtu),
      nest(Ifla.linkInfo, text(IflaInfo.kind, "bridge")),
    ],
  };
}

function createPort({ name, mac, bridge, peerName, peerMac, mtu }: CreatePort, resolved: Resolved): Request {
  // The peer must be created down: veth_open() answers ENOTCONN while the other end has no peer yet.
  const peer = nestAfter(
    VethInfo.peer,
    linkHeader(0),
    text(Ifla.ifname, peerName),
    bytes(Ifla.address, macBytes(peerMac)),
    ...optional(Ifla.mtu, mtu),
    uint32(Ifla.netNsFd, resolved.containerDescriptor),
  );
  return {
    type: Rtm.newLink,
    flags: createNew,
    fixed: linkHeader(Iff.up),
    attributes: [
      text(Ifla.ifname, name),
      bytes(Ifla.address, macBytes(mac)),
      ...optional(Ifla.mtu, mtu),
      uint32(Ifla.master, resolved.indexOf(bridge)),
      nest(Ifla.linkInfo, text(IflaInfo.kind, "veth"), nest(IflaInfo.data, peer)),
    ],
  };
}

function configurePort({ name, hairpin }: ConfigurePort): Request {
  return setLink([
    text(Ifla.ifname, name),
    nest(
      Ifla.linkInfo,
      text(IflaInfo.slaveKind, "bridge"),
      nest(IflaInfo.slaveData, uint8(BridgePort.hairpin, hairpin ? 1 : 0)),
    ),
  ]);
}

/** A change of a link that is there. */
function setLink(attributes: readonly Attribute[], raise = 0): Request {
  return { type: Rtm.newLink, flags: 0, fixed: linkHeader(raise), attributes };
}

function addAddress({ link, address }: AddAddress, resolved: Resolved): Request {
  // An address that is our own choice need not be asked for: no wait for duplicate address detection.
  const nodad = address.address.family === 6 ? [uint32(Ifa.flags, IfaFlag.nodad)] : [];
  return {
    type: Rtm.newAddr,
    flags: createNew,
    fixed: addressHeader(address, resolved.indexOf(link)),
    attributes: [...addressAttributes(address), ...broadcast(address), ...nodad],
  };
}

function deleteAddress({ link, address }: DeleteAddress, resolved: Resolved): Request {
  return {
    type: Rtm.delAddr,
    flags: 0,
    fixed: addressHeader(address, resolved.indexOf(link)),
    attributes: addressAttributes(address),
  };
}

function addRoute(
  { link, to, via, mtu, advmss, priority, table, scope }: AddRoute,
  resolved: Resolved,
): Request {
  const metrics = [...optional(Rtax.mtu, mtu), ...optional(Rtax.advmss, advmss)];
  return {
    type: Rtm.newRoute,
    // Flag.exclusive would refuse a second route to a destination, which the Go plugin takes.
    flags: Flag.create,
    fixed: routeHeader(to, scope ?? (via === undefined ? Route.scopeLink : Route.scopeUniverse)),
    attributes: [
      ...(to.length === 0 ? [] : [bytes(Rta.dst, addressBytes(firstAddressOf(to)))]),
      ...(via === undefined ? [] : [bytes(Rta.gateway, addressBytes(via))]),
      uint32(Rta.oif, resolved.indexOf(link)),
      uint32(Rta.table, table ?? Route.tableMain),
      ...optional(Rta.priority, priority),
      ...(metrics.length === 0 ? [] : [nest(Rta.metrics, ...metrics)]),
    ],
  };
}

/** struct ifinfomsg */
export function linkHeader(raise: number, index = 0): Uint8Array {
  const header = new Uint8Array(16);
  const view = new DataView(header.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, raise, true);
  view.setUint32(12, raise, true);
  return header;
}

/** struct ifaddrmsg */
function addressHeader({ address, length }: Prefix, index: number): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  new DataView(header.buffer).setUint32(4, index, true);
  return header;
}

function addressAttributes({ address }: Prefix): Attribute[] {
  return [bytes(Ifa.local, addressBytes(address)), bytes(Ifa.address, addressBytes(address))];
}

/** The broadcast address of an IPv4 subnet that has room for one. */
function broadcast(prefix: Prefix): Attribute[] {
  if (prefix.address.family !== 4 || prefix.length > 30) return [];
  return [bytes(Ifa.broadcast, addressBytes(lastAddressOf(prefix)))];
}

/** struct rtmsg; the table stands in an attribute, since it may be above 255. */
function routeHeader({ address, length }: Prefix, scope: number): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  header[5] = Route.protocolBoot;
  header[6] = scope;
  header[7] = Route.typeUnicast;
  return header;
}

function optional(type: number, value: number | undefined): Attribute[] {
  return value === undefined ? [] : [uint32(type, value)];
}
