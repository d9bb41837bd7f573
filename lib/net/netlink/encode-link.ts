import type { LinkName } from "../../ip/link-name.ts";
import { type Mac, macBytes } from "../../ip/mac.ts";
import type {
  AddVlans,
  ConfigurePort,
  CreateBridge,
  CreatePort,
  CreateVlanGateway,
  RemoveVlan,
  SetVlanFiltering,
} from "../link-operation.ts";
import { vlanRuns } from "../vlan-runs.ts";
import {
  bridgeFamily,
  Iff,
  Ifla,
  IflaBridge,
  IflaBridgeSpec,
  IflaInfo,
  IflaPort,
  Rtm,
  VethInfo,
  VlanFlag,
} from "./constants.ts";
import { linkHeader } from "./link-header.ts";
import { type Attribute, bytes, Flag, nest, setUint32, text, uint8, uint32 } from "./message.ts";
import { createNew, optional, type Request, type Resolved } from "./request.ts";

/** Makes a bridge, which is down. */
export function createBridge({ name, mac, mtu, vlanFiltering: filters }: CreateBridge): Request {
  return {
    type: Rtm.newLink,
    flags: createNew,
    fixed: linkHeader(),
    attributes: [...identity(name, mac, mtu), filters ? bridgeInfo(vlanFiltering) : bridgeInfo()],
  };
}

/** Makes a veth pair whose other end is in the container. */
export function createPort(
  { name, mac, bridge, peerName, peerMac, mtu }: CreatePort,
  resolved: Resolved,
): Request {
  const peer = [...identity(peerName, peerMac, mtu), uint32(Ifla.netNsFd, resolved.containerDescriptor)];
  return createVethPort(identity(name, mac, mtu), resolved.indexOf(bridge), peer);
}

/** Makes a veth pair, both ends of which are in the host. */
export function createVlanGateway(
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

/** Has a bridge keep VLANs apart. */
export function setVlanFiltering({ name }: SetVlanFiltering): Request {
  return setLink(name, [bridgeInfo(vlanFiltering)]);
}

/** Sets the flags of a bridge's port. */
export function configurePort({ name, hairpin, isolated }: ConfigurePort): Request {
  const data = nest(
    IflaInfo.slaveData,
    uint8(IflaPort.hairpin, hairpin ? 1 : 0),
    uint8(IflaPort.isolated, isolated ? 1 : 0),
  );
  return setLink(name, [nest(Ifla.linkInfo, text(IflaInfo.slaveKind, "bridge"), data)]);
}

/** A change of a link that is there. @param raise The flags (IFF_) that are to be set. */
export function setLink(name: LinkName, attributes: readonly Attribute[], raise = 0): Request {
  return {
    type: Rtm.newLink,
    flags: 0,
    fixed: linkHeader(raise),
    attributes: [text(Ifla.ifname, name), ...attributes],
  };
}

/** Takes a bridge's port out of a VLAN. */
export function removeVlan({ port, vlan }: RemoveVlan, resolved: Resolved): Request {
  return changeVlans(Rtm.delLink, resolved.indexOf(port), [vlanInfo(vlan)]);
}

/** Puts a bridge's port into VLANs: a range of them is two attributes, its first and its last one. */
export function addVlans({ port, native, tagged }: AddVlans, resolved: Resolved): Request {
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
