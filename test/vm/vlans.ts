import type { Result } from "../fixture/answer.ts";
import { resultOf } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import type { Answer } from "../fixture/network.ts";

/** The end on the host of the cable that an ADD made. */
export function portOf(answer: Answer): string {
  const { interfaces }: Result = resultOf(answer);
  return interfaces[1]?.name ?? "";
}

/** The VLANs of a port, ascending, in the words of `bridge vlan`: `100 PVID Egress Untagged`, `101`. */
export async function vlansOf(host: Host, port: string): Promise<string[]> {
  const shown = await host.run(["bridge", "-json", "vlan", "show", "dev", port]);
  const [{ vlans = [] } = {}]: { vlans?: { vlan: number; flags?: string[] }[] }[] = JSON.parse(shown);
  return vlans.map(({ vlan, flags = [] }) => [vlan, ...flags].join(" "));
}

/** A link as `ip` describes it. */
export interface Link {
  readonly ifname: string;
  /** Of a veth whose other end is on the same host: that end's name. */
  readonly link?: string;
  /** The bridge that it is a port of. */
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly vlan_filtering?: number };
  };
}

/** The links of a host but for `lo`, by name. */
export async function linksOn(host: Host): Promise<Map<string, Link>> {
  const links: Link[] = JSON.parse(await host.run(["ip", "-json", "-details", "link"]));
  return new Map(links.filter(({ ifname }) => ifname !== "lo").map((link) => [link.ifname, link]));
}

/** Whether a bridge keeps VLANs apart. */
export async function filtersVlans(host: Host, bridge: string): Promise<boolean> {
  return (await linksOn(host)).get(bridge)?.linkinfo?.info_data?.vlan_filtering === 1;
}

/** The global addresses of a link, with their prefix lengths. */
export async function addressesOf(host: Host, link: string): Promise<string[]> {
  const shown = await host.run(["ip", "-brief", "address", "show", "dev", link, "scope", "global"]);
  const [, , ...addresses] = shown.split(/\s+/);
  return addresses;
}
