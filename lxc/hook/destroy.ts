import { forgetAddresses } from "../../ipam/host-local/forget.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { cachedAttachments } from "../../lib/runtime/cache.ts";
import { forgetLastError } from "../container/forget-last-error.ts";
import { forgetIncarnation, isOvertaken, readIncarnation } from "../container/incarnation.ts";
import { detachQuietly } from "./attachment.ts";
import type { HookWords } from "./words.ts";

/**
 * Forgets a container that is destroyed: what is left of its attachments, on whichever networks, the addresses that it
 * would be given again, what failed.
 *
 * LXC also says so of the new container when lxc-copy fails. That one has a name of its own, and so another id.
 */
export function destroy(container: ContainerId, wanted: HookWords): void {
  const incarnation = readIncarnation(container);
  if (incarnation !== undefined && isOvertaken(incarnation)) return;
  const recorded = incarnation?.attachments.map((each) => ({ ...each, container }) as Attachment) ?? [];
  const attachments = distinct([...recorded, ...keptOf(container)]);
  const left = attachments.toReversed().filter((attachment) => !detachQuietly(attachment, wanted));
  const links = [...attachments, ...wanted.networks].map((each) => each.interface);
  forgetAddresses(container, [...new Set<LinkName>(links)]);
  if (left.length === 0) forgetIncarnation(container);
  forgetLastError(container);
}

function keptOf(container: ContainerId): Attachment[] {
  const all = cachedAttachments().map(({ attachment }) => attachment);
  return all.filter((attachment) => attachment.container === container);
}

function distinct(attachments: readonly Attachment[]): readonly Attachment[] {
  const isSame = (a: Attachment, b: Attachment) => a.network === b.network && a.interface === b.interface;
  return attachments.filter((each, index) => attachments.findIndex((other) => isSame(each, other)) === index);
}
