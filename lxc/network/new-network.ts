import type { Json } from "../../lib/cni/json.ts";
import { stringify } from "../../lib/cni/json.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import { type Address, formatAddress } from "../../lib/ip/address.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { formatPrefix, type Prefix } from "../../lib/ip/prefix.ts";

/** A network that is to be made. */
export interface NewNetwork {
  readonly name: NetworkName;
  readonly bridge: LinkName;
  /** One, or one of each family: an attachment gets an address of each. */
  readonly subnets: readonly NewSubnet[];
  readonly masquerade: boolean;
  /** Whether its containers send what is for elsewhere to the host. */
  readonly defaultRoute: boolean;
  /** In bytes, `auto` for that of the host's default route; undefined for the kernel's default. */
  readonly mtu: number | "auto" | undefined;
  readonly vlan: number | undefined;
  /** Name servers for its containers. */
  readonly nameservers: readonly Address[];
  /** Keep containers from reaching each other. */
  readonly isolated: boolean;
  /** Let its packets pass a firewall that drops forwarded ones. */
  readonly forward: boolean;
}

export interface NewSubnet {
  readonly subnet: Prefix;
  readonly gateway: Address;
}

/** The text of its configuration (CNI specification 1.1.0, section 1): host-local's leases, and bridge's network. */
export function configurationOf(network: NewNetwork): string {
  const { name, bridge, subnets, masquerade, defaultRoute, mtu, vlan, nameservers, isolated, forward } =
    network;
  const plugin: Json = {
    type: "bridge",
    bridge,
    isGateway: true,
    ...(defaultRoute ? { isDefaultGateway: true } : {}),
    ...(masquerade ? { ipMasq: true, ipMasqScope: "network" } : {}),
    ...(forward ? { forward: "accept" } : {}),
    mtu,
    vlan,
    portIsolation: isolated ? true : undefined,
    ipam: { type: "host-local", ranges: subnets.map(rangeSetOf) },
    dns: nameservers.length === 0 ? undefined : { nameservers: nameservers.map(formatAddress) },
  };
  return `${stringify({ cniVersion: "1.1.0", name, plugins: [plugin] })}\n`;
}

function rangeSetOf({ subnet, gateway }: NewSubnet): Json {
  return [{ subnet: formatPrefix(subnet), gateway: formatAddress(gateway) }];
}
