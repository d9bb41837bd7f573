import { ifUnlocked, withLock } from "../../lib/cni/lock.ts";
import type { Attachment, NetworkName } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { chainName } from "../../lib/net/firewall/marks.ts";
import { bridgeTag, portPrefix } from "../../lib/net/identity.ts";

/**
 * Does what changes an attachment, while nobody else changes one of the same container on the same network, and no GC
 * of the network runs.
 *
 * @throws CniError 11 where a lock could not be had in ten seconds.
 */
export function whileChanging<T>(attachment: Attachment, work: () => T): T {
  return withLock("member", chainName(attachment), () =>
    withLock("network", portPrefix(attachment.network), work, { shared: true }),
  );
}

/** Does what adds a port to a bridge, while nobody deletes the bridge. @throws CniError 11 as {@linkcode whileChanging} */
export function whileJoining<T>(bridge: LinkName, work: () => T): T {
  return withLock("bridge", bridgeTag(bridge), work, { shared: true });
}

/** Does what deletes a bridge, unless somebody is just adding a port to it. */
export function unlessJoined(bridge: LinkName, work: () => void): void {
  ifUnlocked("bridge", bridgeTag(bridge), work);
}

/** Does what is done for all of a network, while none of its attachments is changed. @throws CniError 11 */
export function whileNobodyChanges<T>(network: NetworkName, work: () => T): T {
  return withLock("network", portPrefix(network), work);
}
