import type { LinkName } from "../../lib/ip/link-name.ts";
import { formatPrefix, networkOf, type Prefix, prefixesOverlap } from "../../lib/ip/prefix.ts";
import { type Link, type LinkBackend, mainTable } from "../../lib/net/link-backend.ts";
import type { NetworkFile } from "../../lib/runtime/list-networks.ts";
import { detailsOf, subnetsOf } from "./details.ts";

/** A subnet that somebody uses on this host. */
export interface TakenSubnet {
  readonly kind: "route" | "address" | "network";
  readonly subnet: Prefix;
  /** Whose it is, in words. */
  readonly by: string;
  /** The link of the host that it is on; undefined for a network that has none yet. */
  readonly link: string | undefined;
}

/** What the host's routes use, of all tables but for the default ones, and its links' addresses. */
export function takenByHost(links: LinkBackend): TakenSubnet[] {
  const all = links.readLinks("host");
  const names = new Map(all.map(({ index, name }) => [index, name]));
  const ofRoutes = links.readRoutes("host").filter(({ to }) => to.length > 0 && !isOfEveryLink(to));
  return [
    ...all.flatMap((link) => addressesOf(link, links)),
    ...ofRoutes.map(({ to, link, table }): TakenSubnet => {
      const name = names.get(link ?? 0);
      const dev = name === undefined ? "" : ` dev ${name}`;
      const of = table === mainTable ? "" : ` table ${table}`;
      return { kind: "route", subnet: networkOf(to), by: `route ${formatPrefix(to)}${dev}${of}`, link: name };
    }),
  ];
}

/** Ports of bridges have no addresses that count, and there may be very many of them. */
function addressesOf({ name, master, kind }: Link, links: LinkBackend): TakenSubnet[] {
  if (kind === "veth" && master !== undefined) return [];
  const addresses = links.readLink("host", name as LinkName)?.addresses ?? [];
  return addresses
    .filter((address) => !isOfEveryLink(address))
    .map((address) => ({
      kind: "address",
      subnet: networkOf(address),
      by: `address ${formatPrefix(address)} dev ${name}`,
      link: name,
    }));
}

/** fe80::/10 and multicast of IPv6, which are on every link, and the host's own loopback. */
function isOfEveryLink({ address: { family, value } }: Prefix): boolean {
  if (family === 4) return value >> 24n === 127n;
  return value === 1n || value >> 118n === 0xfe80n >> 6n || value >> 120n === 0xffn;
}

/** What networks use. @param files As they were listed */
export function takenByNetworks(files: readonly Pick<NetworkFile, "file" | "network">[]): TakenSubnet[] {
  return files.flatMap(({ file, network }) => {
    if (network === undefined) return [];
    const details = detailsOf(network);
    const link = details.bridge?.gatewayLink;
    return subnetsOf(details).map((subnet) => ({
      kind: "network",
      subnet,
      by: `network ${network.name} (${file})`,
      link,
    }));
  });
}

/**
 * What uses some address of a subnet.
 *
 * @param own The link that the subnet is to be on: what is on it already is no other use.
 */
export function usesOf(subnet: Prefix, taken: readonly TakenSubnet[], own?: string): TakenSubnet[] {
  return taken.filter(
    (each) => prefixesOverlap(each.subnet, subnet) && (own === undefined || each.link !== own),
  );
}
