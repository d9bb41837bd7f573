import { CniError } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { attachmentsOf } from "../checkpoint/attachments.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { unholdCheckpoint } from "../checkpoint/record.ts";
import { detachQuietly } from "../hook/attachment.ts";
import { findNetwork, type Places } from "../runtime.ts";
import type { Arrival } from "./arrival.schema.ts";
import { forgetArrival, hasArrived, stagingOf } from "./arrival.ts";
import { recordMove } from "./move.ts";
import { removeParts } from "./parts.ts";
import { removeTree } from "./programs.ts";

/**
 * Undoes what was made ready for a container that does not come: nothing is held or leased, and nothing of it is left
 * that was copied. Where it had been here before, what it had left then stays. Where it goes on here all the same, nothing
 * is done.
 *
 * @param checkpoint What it was made ready by.
 */
export function cancelArrival(id: ContainerId, arrival: Arrival, checkpoint: Checkpoint | undefined): void {
  // Whatever the caller takes for failed, its files are in use.
  if (hasArrived(id, arrival, checkpoint?.time)) return;
  const { name, lxcPath, isNew, movedTo, networkDirectories } = arrival;
  if (checkpoint !== undefined) {
    withLock("container", id, () => {
      unholdCheckpoint(id, checkpoint);
      releaseLeases(id, checkpoint, { networkDirectories, cniPath: "" });
      if (!isNew && movedTo !== undefined) recordMove(id, checkpoint, { stage: "moved", host: movedTo });
    });
  }
  removeParts(stagingOf(id));
  if (isNew) removeTree(`${lxcPath}/${name}`);
  forgetArrival(id);
}

/** Ends them on networks that are here: on others there are none. */
function releaseLeases(id: ContainerId, checkpoint: Checkpoint, places: Places): void {
  for (const { attachment } of attachmentsOf(checkpoint, id)) {
    try {
      findNetwork(attachment.network, places);
    } catch (error) {
      if (error instanceof CniError) continue;
      throw error;
    }
    detachQuietly(attachment, { ...places, networks: [] });
  }
}
