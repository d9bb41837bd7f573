import { forgetAddresses } from "../../ipam/host-local/forget.ts";
import { distinctAttachments } from "../../lib/cni/attachment-key.ts";
import { describe } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { cachedAttachments } from "../../lib/runtime/cache.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { readCheckpoint } from "../checkpoint/record.ts";
import { giveUp } from "../checkpoint/release.ts";
import { forgetLastError } from "../container/forget-last-error.ts";
import { attachmentOf, forgetIncarnation, isOvertaken, readIncarnation } from "../container/incarnation.ts";
import { warn } from "../runtime.ts";
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
  const checkpoint = readCheckpoint(container);
  if (checkpoint !== undefined) giveUpQuietly(container, checkpoint, wanted);
  const recorded = incarnation?.attachments.map((each) => attachmentOf(container, each)) ?? [];
  const attachments = distinctAttachments([...recorded, ...keptOf(container)]);
  const left = attachments.toReversed().filter((attachment) => !detachQuietly(attachment, wanted));
  const links = [...attachments, ...wanted.networks].map((each) => each.interface);
  forgetAddresses(container, [...new Set<LinkName>(links)]);
  if (left.length === 0) forgetIncarnation(container);
  forgetLastError(container);
}

function giveUpQuietly(container: ContainerId, checkpoint: Checkpoint, wanted: HookWords): void {
  try {
    giveUp(container, checkpoint, wanted);
  } catch (error) {
    warn(describe(error));
  }
}

function keptOf(container: ContainerId): Attachment[] {
  const all = cachedAttachments().map(({ attachment }) => attachment);
  return all.filter((attachment) => attachment.container === container);
}
