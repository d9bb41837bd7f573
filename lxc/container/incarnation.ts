import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import { Incarnation } from "./incarnation.schema.ts";
import { isRunning } from "./process.ts";
import { type RecordKind, readRecord, recordedContainers, removeRecord, writeRecord } from "./record.ts";

/** Which run of a container holds its attachments (docs/formats.md). */
const incarnations: RecordKind = { directory: "/var/lib/lxc-cni/incarnations", schema: Incarnation };

/** Records the run that is about to be attached, before it is. @throws SystemError where that cannot be written */
export function recordIncarnation(container: ContainerId, incarnation: Incarnation): void {
  writeRecord(incarnations, container, incarnation);
}

/** The run that was recorded last; undefined when there is none, or no record that can be understood. */
export function readIncarnation(container: ContainerId): Incarnation | undefined {
  return readRecord(incarnations, container);
}

/** Forgets it, when all that it held has been given back. */
export function forgetIncarnation(container: ContainerId): void {
  removeRecord(incarnations, container);
}

/**
 * Whether a stop that LXC reports has been overtaken: LXC runs post-stop after it has let go of the container, and the
 * next start-host can come first. Then the recorded run goes on; otherwise, nobody's network can be taken away.
 */
export function isOvertaken({ process }: Incarnation): boolean {
  return isRunning(process);
}

/** What containers that run are attached to by the hook, or are just being attached to: it is recorded before ADD. */
export function runningAttachments(): Attachment[] {
  return recordedContainers(incarnations).flatMap((container) => {
    const incarnation = readIncarnation(container);
    if (incarnation === undefined || !isRunning(incarnation.process)) return [];
    return incarnation.attachments.map((each) => ({ ...each, container }) as Attachment);
  });
}
