import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { detach } from "../../lib/runtime/attach.ts";
import { parseNetwork } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { type Places, runtimeFor } from "../runtime.ts";
import { attachmentsOf } from "./attachments.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";
import { readCheckpoint, unholdCheckpoint } from "./record.ts";

/**
 * Gives the checkpoint of a container up: its addresses are anybody's, and it can be started anew.
 *
 * @param name What LXC calls it.
 * @throws CniError 3 where it is not checkpointed; what plugins answered: lxc-cni gc removes what is left then
 */
export function release(container: ContainerId, name: string, places: Places): Checkpoint {
  return withLock("container", container, () => {
    const checkpoint = readCheckpoint(container);
    if (checkpoint === undefined) {
      throw new CniError(
        Code.unknownContainer,
        `container ${name} is not checkpointed here`,
        "nothing is held for it",
      );
    }
    giveUp(container, checkpoint, places);
    return checkpoint;
  });
}

/** Holds nothing for a container any longer, and ends its leases unless it runs. The caller holds its lock. */
export function giveUp(container: ContainerId, checkpoint: Checkpoint, places: Places): void {
  unholdCheckpoint(container, checkpoint);
  const incarnation = readIncarnation(container);
  if (incarnation !== undefined && isRunning(incarnation.process)) return;
  for (const { attachment, source, ...given } of attachmentsOf(checkpoint, container)) {
    detach(runtimeFor(attachment, "", places, given), () => parseNetwork(source), carried);
  }
}
