import { asCniError } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import { attachmentOf, forgetIncarnation, isOvertaken, readIncarnation } from "../container/incarnation.ts";
import { findNetwork } from "../runtime.ts";
import { detach } from "./attachment.ts";
import { AttachmentFailure } from "./attachment-failure.ts";
import type { HookWords } from "./words.ts";

/**
 * Detaches a container that has stopped from all its networks. Without the namespace: DEL finds what is there by the
 * identity, and a path that leads to another namespace by now can do no harm.
 *
 * @throws CniError that reports all networks that failed; the next hook, or start, tries again.
 */
export function stop(container: ContainerId, wanted: HookWords): void {
  const incarnation = readIncarnation(container);
  if (incarnation !== undefined && isOvertaken(incarnation)) return;
  const attachments =
    incarnation === undefined
      ? attachmentsOf(container, wanted)
      : incarnation.attachments.map((each) => attachmentOf(container, each));
  const [first, ...others] = attachments.toReversed().flatMap((attachment) => detachOne(attachment, wanted));
  if (first !== undefined) throw first.with(others);
  forgetIncarnation(container);
}

/** What the hook line asks for, where no record tells what the container has. */
function attachmentsOf(container: ContainerId, wanted: HookWords): Attachment[] {
  return wanted.networks.map(({ network, interface: link }) => ({
    network: findNetwork(network, wanted).name,
    container,
    interface: link,
  }));
}

function detachOne(attachment: Attachment, wanted: HookWords): AttachmentFailure[] {
  try {
    detach(attachment, wanted);
    return [];
  } catch (error) {
    return [new AttachmentFailure(attachment, asCniError(error))];
  }
}
