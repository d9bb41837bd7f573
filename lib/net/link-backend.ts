import type { Address } from "../ip/address.ts";
import type { LinkName } from "../ip/link-name.ts";
import type { Mac } from "../ip/mac.ts";
import type { Prefix } from "../ip/prefix.ts";
import type { LinkOperation, Where } from "./link-operation.ts";

/**
 * Applies operations on links, addresses and routes, and reads them.
 *
 * There are two: `netlink/` talks to the kernel, `iproute2/` has `ip` do it.
 */
export interface LinkBackend {
  readonly name: "netlink" | "iproute2";

  /** Applies operations, all of one namespace, in order, up to the first that fails. Nothing is undone. */
  run(operations: readonly LinkOperation[]): RunReport;

  /** A link; undefined when there is none of that name. What takes a question of its own is asked for when it is used. */
  readLink(where: Where, name: LinkName): LinkWithAddresses | undefined;

  /** All links of a namespace. */
  readLinks(where: Where): Link[];

  /**
   * Waits for a link to be as it should, by the kernel's events where there are any.
   *
   * @param name Of a link that need not be there.
   * @param isReady Is asked at once, and whenever the link may have changed; undefined is a link that is not there.
   * @param patience How long to wait, in milliseconds.
   * @returns whether it became so.
   */
  waitFor(
    where: Where,
    name: LinkName,
    isReady: (link: LinkWithAddresses | undefined) => boolean,
    patience: number,
  ): boolean;

  /**
   * Waits until the kernel takes packets for addresses of a namespace. For those of IPv6 it does a moment after it tells
   * of them (addrconf_dad_work() in net/ipv6/addrconf.c), and that moment is long where many change links.
   *
   * @param patience How long to wait, in milliseconds.
   * @returns whether it does.
   */
  waitForLocal(where: Where, addresses: readonly Address[], patience: number): boolean;

  /**
   * The unicast routes of a namespace, of all tables but `local`.
   *
   * @param which Of all destinations, which may be a million on a router, or to everywhere else; `all` when absent.
   */
  readRoutes(where: Where, which?: "all" | "default"): LinkRoute[];

  /** The VLANs of a port of a bridge of the host, ascending; none for a link that is no such port. */
  readVlans(port: LinkName): PortVlan[];

  /** Gives back what the backend holds open. */
  close(): void;
}

/** How far a run came. */
export interface RunReport {
  /** How many operations succeeded, from the first on. */
  readonly done: number;
  /** Why the next one failed; undefined when all succeeded. */
  readonly failure: LinkFailure | undefined;
}

/** Why an operation failed. */
export interface LinkFailure {
  /** In the kernel's or the tool's words. */
  readonly reason: string;
  /** It is not known whether this operation and those after it happened: a command was killed, an answer is missing. */
  readonly unknown: boolean;
}

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** What kind of virtual link it is: `bridge`, `veth`; undefined for a physical one. */
  readonly kind: string | undefined;
  /** Undefined for a link without one (or with one that is no Ethernet address). */
  readonly mac: Mac | undefined;
  readonly mtu: number;
  readonly up: boolean;
  /** Whether it can pass frames: it is up, and so is its other end (operstate, RFC 2863). */
  readonly isRunning: boolean;
  readonly isPromiscuous: boolean;
  readonly alias: string;
  /** The index of the bridge that it is a port of. */
  readonly master: number | undefined;
  /** Of a port of a bridge. */
  readonly port: BridgePort | undefined;
  /** Of a bridge: whether it keeps VLANs apart. */
  readonly vlanFiltering: boolean | undefined;
  /** Of a bridge: the VLAN that its ports get by themselves; 0 for none. */
  readonly defaultVlan: number | undefined;
  /** Of a veth: the index of the other end, in the namespace where that is. */
  readonly peerIndex: number | undefined;
}

/** A network interface and its addresses, for which a backend may ask when they are first looked at: it has to be open then. */
export interface LinkWithAddresses extends Link {
  readonly addresses: readonly LinkAddress[];
}

/** An address of a network interface. */
export interface LinkAddress extends Prefix {
  /** Whether the kernel still asks whether somebody else has it, or somebody has (RFC 4862, section 5.4). */
  readonly detection: "done" | "tentative" | "failed";
}

/** What a bridge does with a port. */
export interface BridgePort {
  readonly hairpin: boolean;
  readonly isolated: boolean;
  /** Whether it forwards frames (BR_STATE_FORWARDING); with a spanning tree that takes 30 s. */
  readonly isForwarding: boolean;
}

/** A VLAN of a port of a bridge. */
export interface PortVlan {
  readonly vlan: number;
  /** Frames without a tag are of this VLAN (PVID). */
  readonly isNative: boolean;
  /** Frames leave without a tag. */
  readonly isUntagged: boolean;
}

/** The number of the routing table `main` (linux/rtnetlink.h, RT_TABLE_MAIN). */
export const mainTable = 254;

/** A route of a namespace. */
export interface LinkRoute {
  readonly to: Prefix;
  readonly via: Address | undefined;
  /** The index of the link that it leads to. A route with several next hops comes as several routes. */
  readonly link: number | undefined;
  readonly table: number;
  readonly priority: number;
  readonly mtu: number | undefined;
  readonly advmss: number | undefined;
  readonly scope: number;
  /** Who made it (RTPROT_ of rtnetlink(7)). */
  readonly protocol: number;
}
