import { describe } from "../../lib/cni/error.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { trace } from "../../lib/cni/trace.ts";
import { equalAddress, isLinkLocal } from "../../lib/ip/address.ts";
import { type LinkName, parseLinkName } from "../../lib/ip/link-name.ts";
import { parseMac } from "../../lib/ip/mac.ts";
import type { Prefix } from "../../lib/ip/prefix.ts";
import { isOwnAlias, portAlias, portName } from "../../lib/net/identity.ts";
import type { Link, LinkBackend, LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { withContainerLinks } from "../../lib/net/open-links.ts";
import { isOwnPort } from "../../lib/net/port.ts";
import type { Netns } from "../../lib/system/system.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { openContainerNetns } from "./container-netns.ts";
import { sharedOf } from "./leave.ts";

/** The host's end of an attachment. */
export interface FoundPort {
  readonly name: LinkName;
  readonly mac: string | undefined;
}

/** Finds the host's end of an attachment by its identity: its name and alias. */
export function findOwnPort(attachment: Attachment, links: LinkBackend): FoundPort | undefined {
  const name = portName(attachment);
  const link = links.readLink("host", name);
  return link !== undefined && isOwnPort(link, portAlias(attachment)) ? { name, mac: link.mac } : undefined;
}

/**
 * Finds the host's end of an attachment that another plugin made, by what is known of it. CNI_NETNS alone proves
 * nothing: a path by way of a process may be that of another container by now.
 *
 * @param previous What ADD answered, where that is known: the port's name and MAC are in there.
 * @param addresses Those that were leased: the container's interface that has one of them is the port's other end.
 *   Where it has none at all, it is so if CNI_NETNS cannot have become another namespace's since ADD.
 */
export function findForeignPort(
  request: Request<BridgeConfig>,
  previous: Result | undefined,
  addresses: readonly Prefix[],
  links: LinkBackend,
): FoundPort | undefined {
  const link = findByResult(previous, links) ?? findByInterface(request, addresses);
  return link && { name: link.name as LinkName, mac: link.mac };
}

function findByResult(previous: Result | undefined, links: LinkBackend): Link | undefined {
  for (const { name, mac, sandbox } of previous?.interfaces ?? []) {
    const linkName = sandbox === undefined ? parseLinkName(name) : undefined;
    const link = linkName && links.readLink("host", linkName);
    if (link !== undefined && isForeignVeth(link) && mac !== undefined && link.mac === parseMac(mac))
      return link;
  }
  return undefined;
}

/** A veth that no attachment of ours owns. */
function isForeignVeth({ kind, alias }: Link): boolean {
  return kind === "veth" && !isOwnAlias(alias);
}

function findByInterface(
  { attachment, netnsPath, config, call }: Request<BridgeConfig>,
  addresses: readonly Prefix[],
): Link | undefined {
  if (netnsPath === "") return undefined;
  const netns = openIfPossible(() => openContainerNetns(netnsPath, call.environment));
  if (netns === undefined) return undefined;
  return withContainerLinks(netns, (links) => {
    const inside = links.readLink("container", attachment.interface);
    if (inside?.kind !== "veth" || !isMeant(inside, addresses, netnsPath)) return undefined;
    const bridge = links.readLink("host", sharedOf(config).bridge);
    return links
      .readLinks("host")
      .filter((link) => isForeignVeth(link) && bridge !== undefined && link.master === bridge.index)
      .find((link) => link.index === inside.peerIndex && link.peerIndex === inside.index);
  });
}

/** Whether the interface that a namespace has is the attachment's: it has a leased address, or there is no other. */
function isMeant(link: LinkWithAddresses, addresses: readonly Prefix[], netnsPath: string): boolean {
  const isLeased = ({ address }: Prefix) => addresses.some((each) => equalAddress(each.address, address));
  if (link.addresses.some(isLeased)) return true;
  // The namespace of a process is another one's when the process has ended and its id was given out again.
  return !netnsPath.startsWith("/proc/") && link.addresses.every(({ address }) => isLinkLocal(address));
}

/** A namespace that is gone, or that there never was, has no interface left to be found. */
function openIfPossible(open: () => Netns): Netns | undefined {
  try {
    return open();
  } catch (error) {
    trace(() => describe(error));
    return undefined;
  }
}
