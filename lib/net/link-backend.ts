import type { LinkName } from "../ip/link-name.ts";
import type { Mac } from "../ip/mac.ts";
import type { Prefix } from "../ip/prefix.ts";
import type { LinkOperation, Where } from "./operation.ts";

/**
 * Applies operations on links, addresses and routes, and reads them.
 *
 * There are two: `netlink/` talks to the kernel, `iproute2/` has `ip` do it.
 */
export interface LinkBackend {
  readonly name: "netlink" | "iproute2";

  /** Applies operations, all of one namespace, in order, up to the first that fails. Nothing is undone. */
  run(operations: readonly LinkOperation[]): RunReport;

  /** A link and its addresses; undefined when there is none of that name. */
  readLink(where: Where, name: LinkName): LinkWithAddresses | undefined;

  /** All links of a namespace. */
  readLinks(where: Where): Link[];

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
  readonly alias: string;
  /** Of a veth: the index of the other end, in the namespace where that is. */
  readonly peerIndex: number | undefined;
}

/** A network interface and its addresses. */
export interface LinkWithAddresses extends Link {
  readonly addresses: readonly Prefix[];
}
