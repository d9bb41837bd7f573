import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment } from "../../lib/cni/request.ts";
import { portAlias, portName } from "../../lib/net/identity.ts";
import type { LinkBackend, LinkWithAddresses } from "../../lib/net/link-backend.ts";
import { isOwnPort, isPeerPresent } from "../../lib/net/port.ts";
import { requireBridge } from "../../lib/net/settle.ts";
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
  const isAlive =
    port !== undefined && isOwnPort(port, portAlias(attachment)) && isPeerPresent(port, containerLinks);
  if (!isTaken && !isAlive) return;
  throw new CniError(
    Code.alreadyAttached,
    `container veth name ("${attachment.interface}") peer provided ("${name}") already exists`,
    isAlive
      ? `container ${attachment.container} is attached to ${attachment.network} by it already; call DEL first`
      : `the container has an interface of that name; set another CNI_IFNAME`,
  );
}
