import { attachmentsOf } from "../checkpoint/attachments.ts";
import { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { listRecords } from "../container/list-records.ts";
import type { SurveyedAttachment } from "./survey.ts";

/**
 * The attachments of containers that are checkpointed: there is nothing of them but addresses that are held.
 *
 * @param warn Is told of files that are passed over, since they cannot be understood.
 */
export function checkpointedAttachments(warn: (text: string) => void): SurveyedAttachment[] {
  const records = listRecords<Checkpoint>(checkpointDirectory, Checkpoint, warn);
  const here = records.filter(({ record: { move } }) => move?.stage !== "moved");
  return here.flatMap(({ container, record }) =>
    attachmentsOf(record, container).map(({ attachment, result }) => ({
      ...{ attachment, container: record.name, run: undefined, checkpoint: record, kept: undefined, result },
      ...{ bridge: undefined, port: undefined, state: "checkpointed" as const },
      notes: [noteOf(record)],
    })),
  );
}

function noteOf({ name, directory, move }: Checkpoint): string {
  if (move?.stage === "arriving") return "arrives from another host";
  if (move?.stage === "leaving")
    return `may go on on ${move.host}: lxc-cni migrate ${name} ${move.host} finds out`;
  return `held for lxc-cni restore ${name} ${directory ?? "DIR"}`;
}
