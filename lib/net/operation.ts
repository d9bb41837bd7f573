import type { Address } from "../ip/address.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { Mac } from "../ip/mac.ts";
import type { Prefix } from "../ip/prefix.ts";
import type { Masquerade } from "./firewall/firewall.ts";

/** The namespace that an operation works in: the one we run in, or the one of the attachment. */
export type Where = "host" | "container";

/**
 * One step of a plan. Each one ensures that something is so: applying it to a host where it is so already
 * changes nothing. Links are named, never numbered, since an index that was read may be another link's a moment
 * later.
 */
export type Operation = LinkOperation | WriteSysctl | AddMasquerade;

/** A step that the kernel's rtnetlink does, by way of a {@linkcode LinkBackend}. */
export type LinkOperation =
  | CreateBridge
  | CreatePort
  | LabelLink
  | ConfigurePort
  | SetUp
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

/** Gives a link an alias. (The kernel ignores an alias in the message that creates a link.) */
export interface LabelLink {
  readonly do: "label link";
  readonly where: "host";
  readonly name: LinkName;
  readonly alias: string;
}

/** Sets the flags of a bridge's port. */
export interface ConfigurePort {
  readonly do: "configure port";
  readonly where: "host";
  readonly name: LinkName;
  /** Send frames back out of the port that they came in by. */
  readonly hairpin: boolean;
}

export interface SetUp {
  readonly do: "set up";
  readonly where: Where;
  readonly name: LinkName;
}

export interface AddAddress {
  readonly do: "add address";
  readonly where: Where;
  readonly link: LinkName;
  readonly address: Prefix;
}

export interface DeleteAddress {
  readonly do: "delete address";
  readonly where: Where;
  readonly link: LinkName;
  readonly address: Prefix;
}

export interface AddRoute {
  readonly do: "add route";
  readonly where: Where;
  readonly link: LinkName;
  readonly to: Prefix;
  /** Directly reachable on the link when absent. */
  readonly via?: Address;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  readonly scope?: number;
}

export interface DeleteLink {
  readonly do: "delete link";
  readonly where: Where;
  readonly name: LinkName;
}

/** Writes a key below /proc/sys/net, as `ipv4/ip_forward`. */
export interface WriteSysctl {
  readonly do: "write sysctl";
  readonly where: Where;
  readonly key: string;
  readonly value: string;
  /** Go on when it cannot be written: the attachment works without it. */
  readonly bestEffort: boolean;
}

/** Hides the addresses of the container behind those of the host. */
export interface AddMasquerade {
  readonly do: "masquerade";
  readonly where: "host";
  readonly masquerade: Masquerade;
}

/** Whether an operation is one for a {@linkcode LinkBackend}. */
export function isLinkOperation(operation: Operation): operation is LinkOperation {
  return operation.do !== "write sysctl" && operation.do !== "masquerade";
}
