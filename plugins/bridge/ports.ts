import type { NetworkName } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { isPortName } from "../../lib/net/identity.ts";
import type { Link, LinkBackend } from "../../lib/net/link-backend.ts";

/** The ports that were made here for the attachments of a network. */
export function portsOf(network: NetworkName, links: LinkBackend): LinkName[] {
  const ports = links.readLinks("host").filter((link) => isPortOf(network, link));
  return ports.map(({ name }) => name as LinkName);
}

/** By its name, and by its alias where whoever made it got as far as that. */
function isPortOf(network: NetworkName, { name, kind, alias }: Link): boolean {
  if (kind !== "veth" || !isPortName(name, network)) return false;
  return alias === "" || alias.startsWith(`lxc-cni ${network} `) || alias.startsWith("lxc-cni sha512 ");
}
