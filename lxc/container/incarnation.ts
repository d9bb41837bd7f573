import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import { type Held, Incarnation } from "./incarnation.schema.ts";
import { isRunning } from "./process.ts";
import { readRecord, removeRecord, writeRecord } from "./record.ts";

/** Where it is recorded which run of a container holds its attachments (docs/formats.md). */
export const incarnationDirectory = "/var/lib/lxc-cni/incarnations";

/** Records the run that is about to be attached, before it is. @throws CniError 5 where that cannot be written */
export function recordIncarnation(container: ContainerId, incarnation: Incarnation): void {
  writeRecord(incarnationDirectory, container, incarnation);
}

/** The run that was recorded last; undefined when there is none, or no record that can be understood. */
export function readIncarnation(container: ContainerId): Incarnation | undefined {
  return readRecord(incarnationDirectory, Incarnation, container);
}

/** Forgets it, when all that it held has been given back. */
export function forgetIncarnation(container: ContainerId): void {
  removeRecord(incarnationDirectory, container);
}

/**
 * Whether a stop that LXC reports has been overtaken: LXC runs post-stop after it has let go of the container, and the
 * next start-host can come first. Then the recorded run goes on; otherwise, nobody's network can be taken away.
 */
export function isOvertaken({ process }: Incarnation): boolean {
  return isRunning(process);
}

/** The attachment that a run of a container holds. The names in a record were parsed before it was written. */
export function attachmentOf(container: ContainerId, held: Held): Attachment {
  return { ...held, container } as Attachment;
}
