import { encodeUtf8 } from "../../encoding/utf8.ts";
import { type Address, addressBytes } from "../../ip/address.ts";
import type { LinkName } from "../../ip/link-name.ts";
import { type Mac, macBytes } from "../../ip/mac.ts";
import { firstAddressOf, lastAddressOf, type Prefix } from "../../ip/prefix.ts";
import { mainTable } from "../link-backend.ts";
import type {
  AddAddress,
  AddRoute,
  AddVlans,
  ConfigurePort,
  CreateBridge,
  CreatePort,
  CreateVlanGateway,
  DeleteAddress,
  ForgetNeighbour,
  LinkOperation,
  RemoveVlan,
} from "../operation.ts";
import { vlanRuns } from "../vlan-runs.ts";
import { message } from "./compose.ts";
import {
  AddressFamilyNumber,
  bridgeFamily,
  Ifa,
  IfaFlag,
  Iff,
  Ifla,
  IflaBridge,
  IflaBridgeSpec,
  IflaInfo,
  IflaPort,
  Nda,
  Route,
  Rta,
  Rtax,
  Rtm,
  VethInfo,
  VlanFlag,
} from "./constants.ts";
import { type Attribute, bytes, Flag, nest, setUint32, text, uint8, uint32 } from "./message.ts";

/** What an operation refers to by name, as numbers that hold at this moment. */
export interface Resolved {
  /** The index of a link of the namespace that the operation works in. */
  indexOf(name: string): number;
  /** The descriptor of the container's namespace. */
  readonly containerDescriptor: number;
}

/** An operation that is one message. */
export type EncodedOperation = Exclude<LinkOperation, { do: "delete link" }>;

/** The message that does an operation. */
export function encode(operation: EncodedOperation, sequence: number, resolved: Resolved): Uint8Array {
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

function request(operation: EncodedOperation, resolved: Resolved): Request {
  switch (operation.do) {
    case "create bridge":
      return createBridge(operation);
    case "create port":
      return createPort(operation, resolved);
    case "create vlan gateway":
      return createVlanGateway(operation, resolved);
    case "label link":
      // Without a zero at its end, for which there is no room in the longest one.
      return setLink(operation.name, [bytes(Ifla.ifAlias, encodeUtf8(operation.alias))]);
    case "plug port":
      return setLink(operation.name, [uint32(Ifla.master, resolved.indexOf(operation.bridge))]);
    case "configure port":
      return configurePort(operation);
    case "remove vlan":
      return removeVlan(operation, resolved);
    case "add vlans":
      return addVlans(operation, resolved);
    case "set promiscuous":
      return setLink(operation.name, [], Iff.promiscuous);
    case "set mtu":
      return setLink(operation.name, [uint32(Ifla.mtu, operation.mtu)]);
    case "set vlan filtering":
      return setLink(operation.name, [bridgeInfo(vlanFiltering)]);
    case "set mac":
      return setLink(operation.name, [bytes(Ifla.address, macBytes(operation.mac))]);
    case "set up":
      return setLink(operation.name, [], Iff.up);
    case "forget neighbour":
      return forgetNeighbour(operation, resolved);
    case "add address":
      return addAddress(operation, resolved);
    case "delete address":
      return deleteAddress(operation, resolved);
    case "add route":
      return addRoute(operation, resolved);
  }
}

function createBridge({ name, mac, mtu, vlanFiltering: filters }: CreateBridge): Request {
  return {
    type: Rtm.newLink,
    flags: createNew,
    fixed: linkHeader(),
    attributes: [...identity(name, mac, mtu), filters ? bridgeInfo(vlanFiltering) : bridgeInfo()],
  };
}

function createPort({ name, mac, bridge, peerName, peerMac, mtu }: CreatePort, resolved: Resolved): Request {
  const peer = [...identity(peerName, peerMac, mtu), uint32(Ifla.netNsFd, resolved.containerDescriptor)];
  return createVethPort(identity(name, mac, mtu), resolved.indexOf(bridge), peer);
}

function createVlanGateway(
  { name, mac, bridge, portName, portMac, mtu }: CreateVlanGateway,
  resolved: Resolved,
): Request {
  return createVethPort(identity(portName, portMac, mtu), resolved.indexOf(bridge), identity(name, mac, mtu));
}

/**
 * One queue each way, which is what the kernel uses of a veth. Unless it is told so, it makes one for each processor, takes
 * them out of use, and waits for whoever may still look at them, all others that change links waiting along.
 */
const queues = [uint32(Ifla.numTxQueues, 1), uint32(Ifla.numRxQueues, 1)];

/** A veth pair: a port of a bridge, which is up, and a peer, which is down. */
function createVethPort(
  port: readonly Attribute[],
  bridgeIndex: number,
  peer: readonly Attribute[],
): Request {
  return {
    type: Rtm.newLink,
    flags: createNew | Flag.echo,
    fixed: linkHeader(Iff.up),
    attributes: [
      ...port,
      ...queues,
      uint32(Ifla.master, bridgeIndex),
      nest(
        Ifla.linkInfo,
        text(IflaInfo.kind, "veth"),
        // The peer must be created down: veth_open() answers ENOTCONN while the other end has no peer yet.
        nest(IflaInfo.data, nest(VethInfo.peer, linkHeader(), ...peer, ...queues)),
      ),
    ],
  };
}

/** What a new link is to be like. */
function identity(name: LinkName, mac: Mac, mtu: number | undefined): Attribute[] {
  return [text(Ifla.ifname, name), bytes(Ifla.address, macBytes(mac)), ...optional(Ifla.mtu, mtu)];
}

/** What makes a link a bridge, and how it is set. */
function bridgeInfo(...settings: readonly Attribute[]): Attribute {
  const data = settings.length === 0 ? [] : [nest(IflaInfo.data, ...settings)];
  return nest(Ifla.linkInfo, text(IflaInfo.kind, "bridge"), ...data);
}

const vlanFiltering = uint8(IflaBridge.vlanFiltering, 1);

function configurePort({ name, hairpin, isolated }: ConfigurePort): Request {
  const data = nest(
    IflaInfo.slaveData,
    uint8(IflaPort.hairpin, hairpin ? 1 : 0),
    uint8(IflaPort.isolated, isolated ? 1 : 0),
  );
  return setLink(name, [nest(Ifla.linkInfo, text(IflaInfo.slaveKind, "bridge"), data)]);
}

/** A change of a link that is there. */
function setLink(name: LinkName, attributes: readonly Attribute[], raise = 0): Request {
  return {
    type: Rtm.newLink,
    flags: 0,
    fixed: linkHeader(raise),
    attributes: [text(Ifla.ifname, name), ...attributes],
  };
}

function removeVlan({ port, vlan }: RemoveVlan, resolved: Resolved): Request {
  return changeVlans(Rtm.delLink, resolved.indexOf(port), [vlanInfo(vlan)]);
}

function addVlans({ port, native, tagged }: AddVlans, resolved: Resolved): Request {
  return changeVlans(Rtm.setLink, resolved.indexOf(port), [
    ...(native === undefined ? [] : [vlanInfo(native, VlanFlag.pvid | VlanFlag.untagged)]),
    ...vlanRuns(tagged).flatMap(({ first, last }) =>
      first === last
        ? [vlanInfo(first)]
        : [vlanInfo(first, VlanFlag.rangeBegin), vlanInfo(last, VlanFlag.rangeEnd)],
    ),
  ]);
}

/** A change of the VLANs of a bridge's port, which has to be named by its index. */
function changeVlans(type: number, index: number, vlans: readonly Attribute[]): Request {
  return {
    type,
    flags: 0,
    fixed: linkHeader(0, index, bridgeFamily),
    attributes: [nest(Ifla.afSpec, ...vlans)],
  };
}

/** struct bridge_vlan_info */
function vlanInfo(vlan: number, flags = 0): Attribute {
  const info = new Uint8Array(4);
  setUint32(info, 0, (vlan << 16) | flags);
  return bytes(IflaBridgeSpec.vlanInfo, info);
}

function forgetNeighbour({ link, address }: ForgetNeighbour, resolved: Resolved): Request {
  return {
    type: Rtm.delNeigh,
    flags: 0,
    fixed: neighbourHeader(address, resolved.indexOf(link)),
    attributes: [bytes(Nda.dst, addressBytes(address))],
  };
}

/** struct ndmsg */
function neighbourHeader({ family }: Address, index: number): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[family];
  setUint32(header, 4, index);
  return header;
}

function addAddress({ link, address, detectDuplicates }: AddAddress, resolved: Resolved): Request {
  const isUsedAtOnce = address.address.family === 6 && !detectDuplicates;
  const nodad = isUsedAtOnce ? [uint32(Ifa.flags, IfaFlag.nodad)] : [];
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
  { link, to, via, onlink, mtu, advmss, priority, table, scope }: AddRoute,
  resolved: Resolved,
): Request {
  const metrics = [...optional(Rtax.mtu, mtu), ...optional(Rtax.advmss, advmss)];
  return {
    type: Rtm.newRoute,
    // Flag.exclusive would refuse a second route to a destination, which the Go plugin takes.
    flags: Flag.create,
    fixed: routeHeader(
      to,
      scope ?? (via === undefined ? Route.scopeLink : Route.scopeUniverse),
      onlink ? Route.onlink : 0,
    ),
    attributes: [
      ...(to.length === 0 ? [] : [bytes(Rta.dst, addressBytes(firstAddressOf(to)))]),
      ...(via === undefined ? [] : [bytes(Rta.gateway, addressBytes(via))]),
      uint32(Rta.oif, resolved.indexOf(link)),
      uint32(Rta.table, table ?? mainTable),
      ...optional(Rta.priority, priority),
      ...(metrics.length === 0 ? [] : [nest(Rta.metrics, ...metrics)]),
    ],
  };
}

/** struct ifinfomsg. @param raise The flags (IFF_) that are to be set. */
export function linkHeader(raise = 0, index = 0, family = 0): Uint8Array {
  const header = new Uint8Array(16);
  header[0] = family;
  if (index !== 0) setUint32(header, 4, index);
  if (raise !== 0) {
    setUint32(header, 8, raise);
    setUint32(header, 12, raise);
  }
  return header;
}

/** struct ifaddrmsg */
function addressHeader({ address, length }: Prefix, index: number): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  setUint32(header, 4, index);
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
function routeHeader({ address, length }: Prefix, scope: number, flags: number): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = AddressFamilyNumber[address.family];
  header[1] = length;
  header[5] = Route.protocolBoot;
  header[6] = scope;
  header[7] = Route.typeUnicast;
  setUint32(header, 8, flags);
  return header;
}

function optional(type: number, value: number | undefined): Attribute[] {
  return value === undefined ? [] : [uint32(type, value)];
}
