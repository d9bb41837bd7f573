import type { Attachment } from "../../lib/cni/request.ts";
import { attachmentOf } from "./incarnation.ts";
import { recordedRuns } from "./runs.ts";

/**
 * What containers that run are attached to by the hook, or are just being attached to: it is recorded before ADD.
 *
 * @throws SystemError where the records cannot be listed.
 */
export function runningAttachments(): Attachment[] {
  const running = recordedRuns().filter(({ isRunning }) => isRunning);
  return running.flatMap(({ container, incarnation }) =>
    incarnation.attachments.map((each) => attachmentOf(container, each)),
  );
}
