import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { readCheckpoint, unholdCheckpoint } from "../checkpoint/record.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { readRecord, removeRecord, writeRecord } from "../container/record.ts";
import { isContainerRunning } from "../container/running.ts";
import { Arrival } from "./arrival.schema.ts";

/** Where it is recorded which containers come from other hosts (docs/formats.md). */
export const arrivalDirectory = "/var/lib/lxc-cni/arrivals";

/** Where the checkpoints of containers are that move, on both hosts. Each has a container's id for its name. */
const stagingDirectory = "/var/lib/lxc-cni/migrations";

/** Records what is known of a container that is to come. @throws CniError 5 where that cannot be written */
export function recordArrival(container: ContainerId, arrival: Arrival): void {
  writeRecord(arrivalDirectory, container, arrival);
}

/** What is known of it; undefined where it does not come. */
export function readArrival(container: ContainerId): Arrival | undefined {
  return readRecord(arrivalDirectory, Arrival, container);
}

/** Forgets that it came, or was to come. */
export function forgetArrival(container: ContainerId): void {
  removeRecord(arrivalDirectory, container);
}

/**
 * Whether a container that was to come goes on here: that is recorded, or it runs, since who was to record it was killed.
 *
 * @param time Of the checkpoint that it was to come with.
 */
export function hasArrived(
  id: ContainerId,
  { goesOn, name, lxcPath }: Arrival,
  time: string | undefined,
): boolean {
  if (goesOn !== undefined) return goesOn === time;
  const incarnation = readIncarnation(id);
  return (
    isContainerRunning({ name, lxcPath }) || (incarnation !== undefined && isRunning(incarnation.process))
  );
}

/** Keeps nothing of a container's way here any longer, since it goes on: held addresses are what an ended call has left. */
export function finishArrival(container: ContainerId): void {
  const checkpoint = readCheckpoint(container);
  if (checkpoint?.move?.stage === "arriving") {
    withLock("container", container, () => unholdCheckpoint(container, checkpoint));
  }
  forgetArrival(container);
}

/** Where its checkpoint is while it moves. */
export function stagingOf(container: ContainerId): string {
  return `${stagingDirectory}/${container}`;
}
