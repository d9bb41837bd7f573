import type { Address } from "../ip/address.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { Mac } from "../ip/mac.ts";
import type { Prefix } from "../ip/prefix.ts";

/** The namespace that an operation works in: the one we run in, or the one of the attachment. */
export type Where = "host" | "container";

/** A step that the kernel's rtnetlink does, by way of a {@linkcode LinkBackend}. */
export type LinkOperation =
  | CreateBridge
  | CreatePort
  | CreateVlanGateway
  | LabelLink
  | PlugPort
  | ConfigurePort
  | RemoveVlan
  | AddVlans
  | SetPromiscuous
  | SetMtu
  | SetVlanFiltering
  | SetMac
  | SetUp
  | ForgetNeighbour
  | AddAddress
  | DeleteAddress
  | AddRoute
  | DeleteLink;

/** Creates a bridge with a MAC of its own: one that it borrows from its ports changes when they come and go. */
export interface CreateBridge {
  readonly do: "create bridge";
  readonly where: "host";
  readonly name: LinkName;
  readonly mac: Mac;
  /** In bytes; the kernel's default when absent. */
  readonly mtu?: number;
  /** Keep VLANs apart: frames go only where the VLANs of a port let them. */
  readonly vlanFiltering: boolean;
}

/** Creates a veth pair: one end a port of a bridge of the host and up, the other one in the container and down. */
export interface CreatePort {
  readonly do: "create port";
  readonly where: "host";
  readonly name: LinkName;
  readonly mac: Mac;
  readonly bridge: LinkName;
  readonly peerName: LinkName;
  readonly peerMac: Mac;
  /** Of both ends, in bytes; the kernel's default when absent. */
  readonly mtu?: number;
  /** The alias that says whose port it is; see identity.ts. */
  readonly alias: string;
}

/**
 * Creates a veth pair of the host: one end a port of a bridge and up, the other one, which is to have the addresses of
 * the gateway in a VLAN of the bridge, down.
 */
export interface CreateVlanGateway {
  readonly do: "create vlan gateway";
  readonly where: "host";
  /** Of the end with the addresses: `BRIDGE.VLAN`. */
  readonly name: LinkName;
  readonly mac: Mac;
  readonly bridge: LinkName;
  readonly portName: LinkName;
  readonly portMac: Mac;
  /** Of both ends, in bytes; the kernel's default when absent. */
  readonly mtu?: number;
}

/** Gives a link an alias. (The kernel ignores an alias in the message that creates a link.) */
export interface LabelLink {
  readonly do: "label link";
  readonly where: "host";
  readonly name: LinkName;
  readonly alias: string;
}

/** Makes a link a port of a bridge. (A new one is made one in the message that creates it.) */
export interface PlugPort {
  readonly do: "plug port";
  readonly where: "host";
  readonly name: LinkName;
  readonly bridge: LinkName;
}

/** Sets the flags of a bridge's port. */
export interface ConfigurePort {
  readonly do: "configure port";
  readonly where: "host";
  readonly name: LinkName;
  /** Send frames back out of the port that they came in by. */
  readonly hairpin: boolean;
  /** Exchange frames only with ports that are not isolated, and with the bridge itself (IFLA_BRPORT_ISOLATED). */
  readonly isolated: boolean;
}

/** Takes a port of a bridge out of a VLAN. It not being in there is no failure. */
export interface RemoveVlan {
  readonly do: "remove vlan";
  readonly where: "host";
  readonly port: LinkName;
  /** 1 to 4094. */
  readonly vlan: number;
}

/** Puts a port of a bridge into VLANs, 1 to 4094. */
export interface AddVlans {
  readonly do: "add vlans";
  readonly where: "host";
  readonly port: LinkName;
  /** The VLAN of frames without a tag, in and out (PVID, untagged); none when absent. */
  readonly native?: number;
  /** The VLANs of frames with a tag, ascending. */
  readonly tagged: readonly number[];
}

/** Makes a bridge receive frames for any address. */
export interface SetPromiscuous {
  readonly do: "set promiscuous";
  readonly where: "host";
  readonly name: LinkName;
}

/** Sets the MTU of a link. */
export interface SetMtu {
  readonly do: "set mtu";
  readonly where: Where;
  readonly name: LinkName;
  /** In bytes. */
  readonly mtu: number;
}

/** Makes a bridge keep VLANs apart. */
export interface SetVlanFiltering {
  readonly do: "set vlan filtering";
  readonly where: "host";
  readonly name: LinkName;
}

/** Sets the MAC of a link; also to the one that it has, which makes the kernel announce the link's addresses. */
export interface SetMac {
  readonly do: "set mac";
  readonly where: Where;
  readonly name: LinkName;
  readonly mac: Mac;
}

/** Drops what a link knows of the MAC of an address. It knowing nothing is no failure. */
export interface ForgetNeighbour {
  readonly do: "forget neighbour";
  readonly where: Where;
  readonly link: LinkName;
  readonly address: Address;
}

/** Sets a link up. */
export interface SetUp {
  readonly do: "set up";
  readonly where: Where;
  readonly name: LinkName;
}

/** Gives a link an address, with the route to its subnet that the kernel adds. */
export interface AddAddress {
  readonly do: "add address";
  readonly where: Where;
  readonly link: LinkName;
  readonly address: Prefix;
  /**
   * Have the kernel ask whether somebody else has it before it is used (IPv6: RFC 4862, section 5.4). An address that
   * is our own choice need not be asked for, and is usable at once.
   */
  readonly detectDuplicates: boolean;
}

/** Takes an address from a link. It not having it is no failure. */
export interface DeleteAddress {
  readonly do: "delete address";
  readonly where: Where;
  readonly link: LinkName;
  readonly address: Prefix;
}

/** Adds a route, besides others to the same destination. */
export interface AddRoute {
  readonly do: "add route";
  readonly where: Where;
  readonly link: LinkName;
  readonly to: Prefix;
  /** Directly reachable on the link when absent. */
  readonly via?: Address;
  /** Take the gateway for reachable on the link, whatever addresses this has. */
  readonly onlink: boolean;
  /** In bytes, as is `advmss`, the largest TCP segment to announce; the link's when absent. */
  readonly mtu?: number;
  readonly advmss?: number;
  /** The metric: of equal routes, the lowest counts; the kernel's default when absent. */
  readonly priority?: number;
  /** `main` when absent. */
  readonly table?: number;
  /** How far the destination is (RT_SCOPE_ of rtnetlink(7)); by way of a gateway anywhere, else on the link, when absent. */
  readonly scope?: number;
}

/** Deletes a link, with its other end if it has one. It not being there is no failure. */
export interface DeleteLink {
  readonly do: "delete link";
  readonly where: Where;
  readonly name: LinkName;
}
