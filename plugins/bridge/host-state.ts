import type { Attachment } from "../../lib/cni/request.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";
import type { LinkBackend, LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { goesByItself, isOwnPort, isPeerPresent } from "../../lib/net/port.ts";
import { alreadyAttached, requireBridge } from "../../lib/net/settle.ts";
import type { Settings } from "./settings.ts";

/** What was there when ADD began. It only saves steps: a moment later it may be otherwise. */
export interface HostState {
  /** The bridge; undefined when it has to be made. */
  readonly bridge: LinkWithAddresses | undefined;
}

/**
 * Looks at the host and into the container, before anything is changed.
 *
 * @throws CniError 7 where the bridge's name is that of another link, 102 where the container has the interface, or
 *   the attachment has a live port.
 */
export function readHost(settings: Settings, attachment: Attachment, links: LinkBackend): HostState {
  const bridge = links.readLink("host", settings.bridge);
  if (bridge !== undefined) requireBridge(settings.bridge, bridge.kind);
  refuseLiveAttachment(attachment, links);
  return { bridge };
}

function refuseLiveAttachment(attachment: Attachment, links: LinkBackend): void {
  const name = portName(attachment);
  const port = links.readLink("host", name);
  const containerLinks = links.readLinks("container");
  const isTaken = containerLinks.some((link) => link.name === attachment.interface);
  const isOwn = port !== undefined && isOwnPort(port, portAlias(attachment));
  const isAlive = isOwn && (isPeerPresent(port, containerLinks) || !goesByItself(name, links));
  if (isTaken || isAlive) throw alreadyAttached({ peerName: attachment.interface, name });
}
