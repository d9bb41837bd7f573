import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { attachmentsOf } from "../checkpoint/attachments.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { requireCriu } from "../checkpoint/checkpoint.ts";
import { holdCheckpoint, makePrivateDirectory, readCheckpoint } from "../checkpoint/record.ts";
import { containerIdOf } from "../container/id.ts";
import { isContainerRunning } from "../container/running.ts";
import type { Arrival } from "./arrival.schema.ts";
import { forgetArrival, hasArrived, readArrival, recordArrival } from "./arrival.ts";
import { cancelArrival } from "./cancel.ts";
import { requireNeeds } from "./needs.ts";
import { reserveAttachment } from "./reserve.ts";
import type { PrepareRequest } from "./steps.schema.ts";

/**
 * Makes this host ready for a container: all that it needs is there, its place is free, and its addresses are leased
 * to it and held for it.
 *
 * The caller holds the lock of its migration.
 *
 * @param directory Where its checkpoint is going to be.
 * @returns whether it goes on here already, from that very checkpoint.
 * @throws CniError 3, 7, 104, 105, 106, 112 for what is in the way; nothing is left then
 */
export function prepareArrival(
  { checkpoint, needs, since }: Pick<PrepareRequest, "checkpoint" | "needs" | "since">,
  directory: string,
): boolean {
  const { name, lxcPath } = checkpoint;
  const id = containerIdOf(name, lxcPath);
  const earlier = readArrival(id);
  if (earlier !== undefined && hasArrived(id, earlier, checkpoint.time)) return true;
  requireFreePlace(checkpoint, id, earlier);
  requireNeeds(needs);
  requireCriu(true);
  const { networkDirectories } = needs;
  const arrival = { ...arrivalOf(checkpoint, id, earlier, since), networkDirectories };
  recordArrival(id, arrival);
  try {
    reserveAll(id, checkpoint, directory, networkDirectories);
    makePrivateDirectory(directory);
    // As LXC makes it; what is copied into it has the mode that it has there.
    system.makeDirectory(`${lxcPath}/${name}`, 0o770);
  } catch (error) {
    cancelArrival(id, arrival, checkpoint);
    throw error;
  }
  return false;
}

/** Leases all addresses of a checkpoint, and holds them; or none. */
export function reserveAll(
  id: ContainerId,
  checkpoint: Checkpoint,
  directory: string,
  networkDirectories: readonly string[],
): void {
  const places = { networkDirectories, cniPath: "" };
  for (const each of attachmentsOf(checkpoint, id)) reserveAttachment(each, places);
  holdCheckpoint(id, { ...checkpoint, directory, move: { stage: "arriving" } });
}

/** A container of that name may be there only where it is this one, on an earlier visit, or is just coming. */
function requireFreePlace(
  { name, lxcPath }: Checkpoint,
  id: ContainerId,
  earlier: Arrival | undefined,
): void {
  if (system.status(lxcPath)?.kind !== "directory") {
    throw new CniError(
      Code.migrationFailed,
      `there is no directory ${lxcPath}`,
      "LXC keeps its containers elsewhere, or is not installed",
    );
  }
  const before = readCheckpoint(id);
  const stage = before?.move?.stage;
  const isOurs = stage === "moved" || stage === "arriving" || isUnfinished(earlier);
  const isOther = before !== undefined || isTaken(`${lxcPath}/${name}`);
  if (isContainerRunning({ name, lxcPath }) || (isOther && !isOurs)) {
    throw new CniError(
      Code.migrationFailed,
      `there is a container ${name} in ${lxcPath} already`,
      "rename or destroy one of the two",
    );
  }
}

function isUnfinished(arrival: Arrival | undefined): boolean {
  return arrival !== undefined && arrival.goesOn === undefined;
}

function isTaken(path: string): boolean {
  return (system.listDirectory(path) ?? []).length > 0;
}

function arrivalOf(
  { name, lxcPath }: Checkpoint,
  id: ContainerId,
  earlier: Arrival | undefined,
  since: number,
): Omit<Arrival, "networkDirectories"> {
  const move = readCheckpoint(id)?.move;
  if (isUnfinished(earlier) && earlier !== undefined)
    return { ...earlier, since: Math.min(earlier.since, since) };
  if (earlier !== undefined) forgetArrival(id);
  return {
    ...{ format: "lxc-cni arrival 1", name, lxcPath, since },
    isNew: !isTaken(`${lxcPath}/${name}`),
    ...(move?.host === undefined ? {} : { movedTo: move.host }),
  };
}
