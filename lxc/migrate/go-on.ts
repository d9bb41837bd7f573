import { CniError, Code } from "../../lib/cni/error.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { readCheckpoint } from "../checkpoint/record.ts";
import { restore } from "../checkpoint/restore.ts";
import { requireContainer } from "../container/containers.ts";
import { readArrival, recordArrival } from "./arrival.ts";
import { recordMove } from "./move.ts";
import { reserveAll } from "./prepare.ts";

/**
 * Has a container go on that has arrived with all its parts, and records that it does.
 *
 * The caller holds the lock of its migration.
 *
 * @param directory Of its checkpoint.
 * @throws CniError as for a restore; all is as it was before then
 */
export function goOn(checkpoint: Checkpoint, directory: string): { milliseconds: number } {
  const { name, lxcPath } = checkpoint;
  const container = requireContainer(name, lxcPath);
  const reserved = readCheckpoint(container.id);
  const arrival = readArrival(container.id);
  if (reserved === undefined || arrival === undefined) {
    throw new CniError(
      Code.migrationFailed,
      `nothing is held for container ${name}`,
      "it was released meanwhile",
    );
  }
  // It may have been attached to, or detached from, a network since.
  if (stringifyCompact(reserved.attachments) === stringifyCompact(checkpoint.attachments)) {
    recordMove(container.id, { ...checkpoint, directory }, { stage: "arriving" });
  } else {
    reserveAll(container.id, checkpoint, directory, arrival.networkDirectories);
  }
  const { milliseconds } = restore(container, directory, { networkDirectories: [], cniPath: "" });
  recordArrival(container.id, { ...arrival, goesOn: checkpoint.time });
  return { milliseconds };
}
