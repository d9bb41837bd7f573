import { system } from "#system";
import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { checkpoint as checkpointContainer } from "../checkpoint/checkpoint.ts";
import { requireNotCheckpointed } from "../checkpoint/checkpointed.ts";
import { readCheckpoint } from "../checkpoint/record.ts";
import { giveUp } from "../checkpoint/release.ts";
import { requireNotElsewhere } from "../checkpoint/restore.ts";
import { readConfiguration } from "../container/configuration.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { warn } from "../runtime.ts";
import { stagingOf } from "./arrival.ts";
import { ask, isUnknown, withConnection } from "./ask.ts";
import { comeBack } from "./come-back.ts";
import { copyTo, writeBack } from "./copy.ts";
import { type Journey, whichOf } from "./journey.ts";
import { leave } from "./leave.ts";
import { recordMove } from "./move.ts";
import { needsOf } from "./needs.ts";
import { removeParts } from "./parts.ts";
import { prepareThere } from "./prepare-there.ts";
import { removeTree, requireProgram } from "./programs.ts";
import { requireMovable } from "./requirements.ts";
import type { StepAnswer } from "./steps.schema.ts";
import { savedBy } from "./timeline.ts";

/** What a move came to. */
export interface Migrated {
  readonly checkpoint: Checkpoint;
  /** For how long it ran nowhere, at most, in milliseconds; undefined where an earlier call had saved it. */
  readonly downtime: number | undefined;
}

/**
 * Moves a container that runs to another host: its files while it runs, then what has changed and its memory, for which
 * it stands still.
 *
 * Where that fails, it goes on here, and nothing is left there. Where the other host cannot be reached any more once it
 * was asked to have it go on, nobody knows whether it does. Then it does not go on here: the same call finds out later.
 *
 * @throws CniError 3 where it does not run, 7, 104, 105, 106, 112 for what is in the way
 */
export function migrate(journey: Journey): Migrated {
  const { container, remote } = journey;
  requireProgram("rsync");
  const move = () => {
    const before = readCheckpoint(container.id);
    if (before !== undefined && isUnderWay(journey, before)) {
      return runsOn(journey, before) ? begin(journey) : resume(journey, before);
    }
    requireNotElsewhere(container, before);
    requireNotCheckpointed(container.id, container.name);
    return begin(journey);
  };
  return withLock("migration", container.id, () => withConnection(remote, move));
}

/** Asks the other host whether it could take a container, and has it forget that again. @throws CniError where not */
export function tryMigration(journey: Journey): void {
  const { container, remote } = journey;
  const tryIt = () => {
    requireNotCheckpointed(container.id, container.name);
    prepareThere(journey, requireMovable(container, journey.places), secondBefore());
    ask(remote, "cancel", whichOf(container));
  };
  withLock("migration", container.id, () => withConnection(remote, tryIt));
}

/** It was saved to be moved, and may be on that host already. */
function isUnderWay({ container, remote }: Journey, { directory, move }: Checkpoint): boolean {
  if (directory !== stagingOf(container.id)) return false;
  return move === undefined || (move.stage === "leaving" && move.host === remote.name);
}

/** Whether it runs all the same, since the call was killed that was about to save it. Then nothing is held any more. */
function runsOn({ container: { id }, places }: Journey, before: Checkpoint): boolean {
  return withLock("container", id, () => {
    const incarnation = readIncarnation(id);
    if (incarnation === undefined || !isRunning(incarnation.process)) return false;
    giveUp(id, before, places);
    return true;
  });
}

/** Moves one that runs. */
function begin(journey: Journey): Migrated {
  const { container, timeline } = journey;
  const movable = requireMovable(container, journey.places);
  const since = secondBefore();
  timeline.step("prepare", () => prepareThere(journey, movable, since));
  let stopped = 0;
  let saved: Checkpoint;
  try {
    copyRunning(journey);
    removeTree(stagingOf(container.id));
    stopped = timeline.now();
    saved = save(journey);
  } catch (error) {
    cancelThere(journey);
    // Where it was saved all the same, that is all there is of it.
    if (readCheckpoint(container.id) === undefined) removeParts(stagingOf(container.id));
    throw error;
  }
  return { checkpoint: saved, downtime: finish(journey, saved) - stopped };
}

/** Copies a first time, so that there is less to copy while it stands still. */
function copyRunning({ container, remote, timeline }: Journey): void {
  const directory = `${container.lxcPath}/${container.name}`;
  const copy = () => {
    writeBack(directory);
    const bytes = copyTo(remote, [directory], true);
    ask(remote, "settle", whichOf(container));
    return bytes;
  };
  timeline.step("copy", copy, (bytes) => ({ bytes }));
}

/** Saves it, and ends it here. */
function save({ container, places, timeline }: Journey): Checkpoint {
  const wishes = { leaveRunning: false, fix: false };
  const take = () => checkpointContainer(container, stagingOf(container.id), wishes, places);
  return timeline.step("checkpoint", take, savedBy).checkpoint;
}

/** Goes on where an earlier call was ended, or lost the other host. */
function resume(journey: Journey, before: Checkpoint): Migrated {
  const { container, remote, timeline } = journey;
  const { directory, move, ...checkpoint } = before;
  const needs = needsOf(container, readConfiguration(container.configFile));
  const since = secondBefore();
  let answer: StepAnswer;
  try {
    answer = timeline.step("prepare", () => ask(remote, "prepare", { needs, checkpoint, since }));
    if (answer.goesOn !== true) ask(remote, "settle", whichOf(container));
  } catch (error) {
    if (isUnknown(error)) throw error;
    cancelThere(journey);
    throw comeBack(journey, checkpoint, error, stagingOf(container.id));
  }
  if (answer.goesOn === true) leave(journey, checkpoint);
  else finish(journey, checkpoint);
  return { checkpoint, downtime: undefined };
}

/** Has a container that is saved go on at the other host. @returns when it did */
function finish(journey: Journey, checkpoint: Checkpoint): number {
  const { container, remote, timeline } = journey;
  const staging = stagingOf(container.id);
  const directories = [`${container.lxcPath}/${container.name}`, staging];
  try {
    const copy = () => copyTo(remote, directories, false);
    timeline.step("copy rest", copy, (bytes) => ({ bytes }));
    // From now on, only the other host knows.
    recordMove(container.id, { ...checkpoint, directory: staging }, { stage: "leaving", host: remote.name });
  } catch (error) {
    cancelThere(journey);
    throw comeBack(journey, checkpoint, error, staging);
  }
  try {
    const restore = () => ask(remote, "restore", whichOf(container));
    timeline.step("restore", restore, ({ milliseconds: lxc }) => (lxc === undefined ? {} : { lxc }));
  } catch (error) {
    if (!goesOnThere(journey, checkpoint, error)) throw comeBack(journey, checkpoint, error, staging);
  }
  const end = timeline.now();
  leave(journey, checkpoint);
  return end;
}

/** Asks, when it has failed or was lost; where it does not go on there, nothing is left there. */
function goesOnThere({ container, remote }: Journey, { time }: Checkpoint, cause: unknown): boolean {
  try {
    return ask(remote, "cancel", whichOf(container, time)).goesOn === true;
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw new CniError(
      Code.migrationFailed,
      `nobody here knows whether ${container.name} goes on at ${remote.name}`,
      `${describe(cause)}; when it can be reached, "lxc-cni migrate ${container.name} ${remote.name}" finds out, and goes on`,
    );
  }
}

/** Has the other host forget a container that does not come. */
function cancelThere({ container, remote }: Journey): void {
  try {
    ask(remote, "cancel", whichOf(container));
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    warn(`${describe(error)}; addresses are held there until lxc-cni release ${container.name}`);
  }
}

/** What changes from now on has a later time, by whichever clock of the kernel: some of them are behind by a tick. */
function secondBefore(): number {
  return Math.floor(system.now() / 1000) - 1;
}
