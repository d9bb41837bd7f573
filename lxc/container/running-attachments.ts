import type { Attachment } from "../../lib/cni/request.ts";
import { readIncarnation } from "./incarnation.ts";
import { isRunning } from "./process.ts";
import { recordedContainers } from "./recorded-containers.ts";

/**
 * What containers that run are attached to by the hook, or are just being attached to: it is recorded before ADD.
 *
 * @throws SystemError where the records cannot be listed.
 */
export function runningAttachments(): Attachment[] {
  return recordedContainers().flatMap((container) => {
    const incarnation = readIncarnation(container);
    if (incarnation === undefined || !isRunning(incarnation.process)) return [];
    return incarnation.attachments.map((each) => ({ ...each, container }) as Attachment);
  });
}
