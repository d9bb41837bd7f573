import type { Address } from "../ip/address.ts";
import type { Prefix } from "../ip/prefix.ts";

/**
 * What ADD made, in one form for every version of the specification (CNI specification 1.1.0, section 5).
 *
 * `result-format.ts` writes it in the form of a version, `result-parse.ts` reads it.
 */
export interface Result {
  readonly interfaces: readonly Interface[];
  readonly ips: readonly IpConfig[];
  readonly routes: readonly Route[];
  readonly dns: Dns;
}

/** A network interface that an attachment has. */
export interface Interface {
  readonly name: string;
  readonly mac?: string;
  /** In bytes. */
  readonly mtu?: number;
  /** The path of its network namespace; absent for an interface of the host. */
  readonly sandbox?: string;
  readonly socketPath?: string;
  readonly pciID?: string;
}

/** An address that an attachment has. */
export interface IpConfig {
  /** The address, with the length of its subnet's prefix. */
  readonly address: Prefix;
  readonly gateway?: Address;
  /** An index into the result's interfaces. */
  readonly interface?: number;
}

/** A route that the container gets. */
export interface Route {
  readonly dst: Prefix;
  readonly gw?: Address;
  readonly mtu?: number;
  readonly advmss?: number;
  readonly priority?: number;
  readonly table?: number;
  readonly scope?: number;
}

/** What a container's resolver is to be told. */
export interface Dns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}
