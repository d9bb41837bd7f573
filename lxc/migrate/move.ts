import type { ContainerId } from "../../lib/cni/request.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { readCheckpoint } from "../checkpoint/record.ts";
import { writeRecord } from "../container/record.ts";

/**
 * Records what has become of a container that is checkpointed, or was.
 *
 * @param move undefined: it is to go on here, by a restore.
 * @throws CniError 5 where that cannot be written
 */
export function recordMove(
  id: ContainerId,
  { move: _, ...checkpoint }: Checkpoint,
  move: Checkpoint["move"],
): void {
  writeRecord(checkpointDirectory, id, { ...checkpoint, ...(move === undefined ? {} : { move }) });
}

/** Has a container that was to leave go on here, whatever has become of it elsewhere. */
export function forgetMove(id: ContainerId): void {
  const checkpoint = readCheckpoint(id);
  if (checkpoint?.move?.stage === "leaving") recordMove(id, checkpoint, undefined);
}
