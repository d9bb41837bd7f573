import { isHeldFor } from "../../ipam/host-local/held.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { addressesOf, attachmentsOf, type CheckpointedAttachment } from "../checkpoint/attachments.ts";
import { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { listRecords } from "../container/list-records.ts";
import { isRunning } from "../container/process.ts";
import type { SurveyedAttachment } from "./survey.ts";

/**
 * The attachments of containers that are checkpointed: there is nothing of them but addresses that are held.
 *
 * @param warn Is told of files that are passed over, since they cannot be understood.
 */
export function checkpointedAttachments(warn: (text: string) => void): SurveyedAttachment[] {
  const records = listRecords<Checkpoint>(checkpointDirectory, Checkpoint, warn);
  return records.flatMap(({ container, record }) =>
    heldAttachments(record, container).map(({ attachment, result }) => ({
      ...{ attachment, container: record.name, run: undefined, checkpoint: record, kept: undefined, result },
      ...{ bridge: undefined, port: undefined, state: "checkpointed" as const },
      notes: [noteOf(container, record)],
    })),
  );
}

/** Of one that has moved, nothing may be held any more. */
function heldAttachments(record: Checkpoint, container: ContainerId): readonly CheckpointedAttachment[] {
  const all = attachmentsOf(record, container);
  if (record.move?.stage !== "moved") return all;
  return all.filter((each) => addressesOf(each).some((address) => isHeldFor(each.attachment, address)));
}

/** What an administrator has to do to it: one that runs all the same is left of a checkpoint, or restore, that was killed. */
function noteOf(container: ContainerId, { name, directory, move }: Checkpoint): string {
  const incarnation = readIncarnation(container);
  if (incarnation !== undefined && isRunning(incarnation.process)) return `runs on: lxc-cni release ${name}`;
  if (move?.stage === "arriving") return "arrives from another host";
  if (move?.stage === "leaving")
    return `may go on at ${move.host}: lxc-cni migrate ${name} ${move.host} finds out`;
  if (move?.stage === "moved") return `moved to ${move.host}, held until lxc-cni release ${name}`;
  return `held for lxc-cni restore ${name} ${directory ?? "DIR"}`;
}
