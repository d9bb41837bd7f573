import type { Attachment } from "../../lib/cni/request.ts";
import { type LinkName, parseLinkName } from "../../lib/ip/link-name.ts";
import { deleteLink } from "../../lib/net/delete-link.ts";
import { leaveNetwork } from "../../lib/net/firewall/network-ensure.ts";
import { bridgeAlias } from "../../lib/net/identity.ts";
import type { Link, LinkBackend } from "../../lib/net/link-backend.ts";
import type { BridgeConfig } from "./config.schema.ts";
import { isOwnBridge } from "./host-state.ts";
import { unlessJoined } from "./locks.ts";
import { portsOf } from "./ports.ts";
import { recordedPorts } from "./record.ts";
import { defaultBridge } from "./settings.ts";

/** What a configuration says of what its attachments share. */
export interface Shared {
  readonly bridge: LinkName;
  readonly deleteBridgeIfEmpty: boolean;
}

/**
 * Removes what the attachments of a network share when the last of them has gone: the network's rules, and the bridge
 * where the configuration wants that.
 *
 * @throws CniError 100, 101 where something that should go is left.
 */
export function leaveShared(attachment: Attachment, shared: Shared, links: LinkBackend): void {
  leaveNetwork(attachment.network, () => isLast(attachment, links));
  if (shared.deleteBridgeIfEmpty) unlessJoined(shared.bridge, () => deleteEmptyBridge(shared.bridge, links));
}

/** The same, of a configuration that need not be valid any more. */
export function sharedOf(config: BridgeConfig): Shared {
  const bridge = parseLinkName(config.bridge ?? defaultBridge);
  return {
    bridge: bridge ?? defaultBridge,
    deleteBridgeIfEmpty: bridge !== undefined && config.deleteBridgeIfEmpty === true,
  };
}

/**
 * Whether no other attachment of the network has a port. The records save a look at all links where there is one; they
 * alone do not tell, since one that could not be written is missing.
 */
function isLast({ network }: Attachment, links: LinkBackend): boolean {
  if (recordedPorts(network).some((port) => links.readLink("host", port) !== undefined)) return false;
  return portsOf(network, links).length === 0;
}

/**
 * Deletes the bridge, if we made it and it has no ports but those of its own gateways in VLANs.
 *
 * To be called while nobody adds a port to it.
 *
 * @returns whether it was deleted.
 */
export function deleteEmptyBridge(name: LinkName, links: LinkBackend): boolean {
  const bridge = links.readLink("host", name);
  if (bridge === undefined || !isOwnBridge(bridge)) return false;
  const ports = links.readLinks("host").filter(({ master }) => master === bridge.index);
  if (!ports.every(isGatewayPort)) return false;
  for (const port of [...ports.map((each) => each.name as LinkName), name]) deleteLink(port, links);
  return true;
}

function isGatewayPort({ name, alias }: Link): boolean {
  return name.startsWith("vlan") && alias === bridgeAlias;
}
