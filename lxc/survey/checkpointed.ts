import type { ContainerId } from "../../lib/cni/request.ts";
import { attachmentsOf } from "../checkpoint/attachments.ts";
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
  return records.flatMap(({ container, record }) => {
    const note = noteOn(container, record);
    return attachmentsOf(record, container).map(({ attachment, result }) => ({
      ...{ attachment, container: record.name, run: undefined, checkpoint: record, kept: undefined, result },
      ...{ bridge: undefined, port: undefined, state: "checkpointed" as const },
      notes: [note],
    }));
  });
}

/** What an administrator has to do to it: one that runs all the same is left of a checkpoint, or restore, that was killed. */
function noteOn(container: ContainerId, { name, directory }: Checkpoint): string {
  const incarnation = readIncarnation(container);
  if (incarnation !== undefined && isRunning(incarnation.process)) return `runs on: lxc-cni release ${name}`;
  return `held for lxc-cni restore ${name} ${directory ?? "DIR"}`;
}
