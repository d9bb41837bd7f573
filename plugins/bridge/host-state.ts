import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { defaultRouteMtu } from "../../lib/net/default-route.ts";
import { bridgeAlias, portAlias, portName } from "../../lib/net/identity.ts";
import type { LinkBackend, LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { goesByItself, isOwnPort, isPeerPresent } from "../../lib/net/port.ts";
import { alreadyAttached, requireBridge } from "../../lib/net/settle.ts";
import type { Settings } from "./settings.ts";

/** What was there when ADD began. It only saves steps: a moment later it may be otherwise. */
export interface HostState {
  /** The bridge; undefined when it has to be made. */
  readonly bridge: LinkWithAddresses | undefined;
  /** What has the gateway's addresses: the bridge, or the gateway in a VLAN; undefined when it has to be made. */
  readonly gateway: LinkWithAddresses | undefined;
  /** The MTU that the links are to get, in bytes; undefined for the kernel's default. */
  readonly mtu: number | undefined;
}

/**
 * Looks at the host and into the container, before anything is changed.
 *
 * @throws CniError 7 where the bridge's name is that of another link, or the bridge is somebody else's and would have
 *   to be changed, 102 where the container has the interface, or the attachment has a live port.
 */
export function readHost(settings: Settings, attachment: Attachment, links: LinkBackend): HostState {
  const state = stateOfHost(settings, links);
  refuseLiveAttachment(attachment, links);
  return state;
}

/** The same without a look into the container. @throws CniError 7 as for {@linkcode readHost} */
export function stateOfHost(settings: Settings, links: LinkBackend): HostState {
  const bridge = links.readLink("host", settings.bridge);
  if (bridge !== undefined) requireSuitableBridge(settings, bridge);
  return {
    bridge,
    gateway: settings.gatewayLink === settings.bridge ? bridge : links.readLink("host", settings.gatewayLink),
    mtu: settings.mtu === "auto" ? defaultRouteMtu(links) : settings.mtu,
  };
}

/** Whether we made a bridge, and may change its settings. */
export function isOwnBridge({ alias }: Pick<LinkWithAddresses, "alias">): boolean {
  return alias === bridgeAlias;
}

/**
 * A bridge of somebody else is used as it is: what he set may be what his other ports need. One that is not even up is in
 * nobody's use: its owner, or a call of ours, may have been ended over making it.
 *
 * @throws CniError 7 for a link that is no bridge, or a bridge of somebody else that would have to be changed.
 */
export function requireSuitableBridge(
  { bridge, vlans, promiscuous }: Settings,
  found: LinkWithAddresses,
): void {
  requireBridge(bridge, found.kind);
  if (isOwnBridge(found) || !found.up) return;
  if (vlans !== undefined && found.vlanFiltering === false) {
    throw foreign(bridge, "does not keep VLANs apart", `type bridge vlan_filtering 1`);
  }
  if (promiscuous && !found.isPromiscuous) throw foreign(bridge, "is not promiscuous", "promisc on");
}

function foreign(bridge: string, reason: string, remedy: string): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `bridge "${bridge}" ${reason}, and was not made by this plugin, which leaves the settings of others alone`,
    `run: ip link set dev ${bridge} ${remedy}; or name another /bridge`,
  );
}

function refuseLiveAttachment(attachment: Attachment, links: LinkBackend): void {
  const name = portName(attachment);
  const port = links.readLink("host", name);
  const containerLinks = links.readLinks("container");
  const isTaken = containerLinks.some((link) => link.name === attachment.interface);
  const isOwn = port !== undefined && isOwnPort(port, { name, alias: portAlias(attachment) });
  const isAlive = isOwn && (isPeerPresent(port, containerLinks) || !goesByItself(name, links));
  if (isTaken || isAlive) throw alreadyAttached({ peerName: attachment.interface, name });
}
