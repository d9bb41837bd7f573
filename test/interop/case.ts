import type { Host } from "../fixture/host.ts";
import type { Configuration } from "../fixture/network.ts";

/** A network, what a runtime says beside its configuration, and what is on the host before. */
export interface Case {
  readonly name: string;
  readonly configuration: Configuration;
  /** Variables of every call. */
  readonly env?: Readonly<Record<string, string>>;
  /** The MAC that is asked for: it must be the same on both sides. */
  readonly mac?: string;
  /** Who is attached, in this order; eth0 of c1 when absent. */
  readonly attachments?: readonly { readonly id: string; readonly ifname: string }[];
  /** Makes the host what it is before. */
  readonly before?: (host: Host) => Promise<unknown>;
  /** The bridge is the host's own. */
  readonly isForeignBridge?: boolean;
  /** Why the Go plugin's CHECK fails, whoever made the attachment. */
  readonly goCannotCheck?: string;
  /** Why the Go plugin's DEL reports an error, and leaves nothing nevertheless. */
  readonly goComplainsOfDel?: string;
}

export const bridge = { cniVersion: "1.1.0", name: "simplenet", type: "bridge", bridge: "cnibr0" } as const;
export const noBridgeName = { cniVersion: "1.1.0", name: "simplenet", type: "bridge" } as const;

export const v4 = { subnet: "10.1.2.0/24" };
export const v6 = { subnet: "2001:db8:42::/64" };
export const ula = { subnet: "fd00:42::/64" };

/** Addresses from sets of one range each. */
export const leased = (...ranges: readonly Readonly<Record<string, unknown>>[]) => ({
  type: "host-local",
  ranges: ranges.map((range) => [range]),
});

export const noLeaseToCheck = "it asks for an IPAM plugin where the network has none";
