import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { currentRun, requireFirstProcess } from "../attach/run.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { isRunning, type ProcessIdentity } from "../container/process.ts";
import type { Places } from "../runtime.ts";
import { describeAttachments } from "./attachments.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";
import { requireNotCheckpointed } from "./checkpointed.ts";
import { callLxcCheckpoint, sizeOfImages, whyNoCriu } from "./criu.ts";
import { addLines, linesOf, requireNone } from "./fix.ts";
import {
  hasDocument,
  holdCheckpoint,
  makePrivateDirectory,
  removeDocument,
  unholdCheckpoint,
  writeDocument,
} from "./record.ts";
import { giveUp } from "./release.ts";
import { obstaclesIn, obstaclesRunning } from "./requirements.ts";
import { awaitStopped } from "./stopped.ts";

/** How to checkpoint. */
export interface CheckpointWishes {
  /** Have it run on. */
  readonly leaveRunning: boolean;
  /** Change its configuration where that is in the way. */
  readonly fix: boolean;
}

/** What a checkpoint came to. */
export interface Taken {
  readonly checkpoint: Checkpoint;
  /** How long it took CRIU and LXC, in milliseconds. */
  readonly milliseconds: number;
  /** What they wrote. */
  readonly bytes: number;
}

/**
 * Saves a container that runs, with all that makes its networks again, and ends it. Its addresses are held from before
 * that on, so the hook that LXC calls when it has stopped gives none of them to others.
 *
 * Where it fails, the container runs on, and nothing is held.
 *
 * @param directory Where to; absolute.
 * @throws CniError 3 where it does not run, 104 where it is checkpointed already, 105 where it cannot be saved
 */
export function checkpoint(
  container: Container,
  directory: string,
  { leaveRunning, fix }: CheckpointWishes,
  places: Places,
): Taken {
  const inFile = obstaclesIn(readConfiguration(container.configFile));
  if (fix) addLines(container, linesOf(inFile));
  const first = requireFirstProcess(container);
  requireNone(container.name, "checkpointed", [...inFile, ...obstaclesRunning(first.pid)]);
  requireCriu(true);
  requireEmpty(directory);
  const taken = withLock("container", container.id, () => {
    requireNotCheckpointed(container.id, container.name);
    const described = describeRun(container, first, places);
    makePrivateDirectory(directory);
    if (!leaveRunning) holdCheckpoint(container.id, { ...described, directory });
    try {
      writeDocument(directory, described);
    } catch (error) {
      if (!leaveRunning) unholdCheckpoint(container.id, described);
      throw error;
    }
    return described;
  });
  const begin = system.monotonic();
  const failure = save(container, directory, leaveRunning);
  const milliseconds = system.monotonic() - begin;
  if (failure !== undefined) {
    removeDocument(directory);
    if (!leaveRunning) withLock("container", container.id, () => giveUp(container.id, taken, places));
    throw new CniError(
      Code.checkpointFailed,
      `${container.name} could not be saved, and ${isRunning(first) ? "runs on" : "has ended"}`,
      failure,
    );
  }
  if (!leaveRunning) awaitStopped(container, true);
  return { checkpoint: taken, milliseconds, bytes: sizeOfImages(directory) };
}

/** What makes the networks again of a container that runs. The caller holds its lock. */
export function describeRun(container: Container, first: ProcessIdentity, places: Places): Checkpoint {
  const { id, name, lxcPath } = container;
  const { held } = currentRun(container, first, places);
  return {
    format: "lxc-cni checkpoint 1",
    time: new Date(system.now()).toISOString(),
    ...{ name, lxcPath, attachments: describeAttachments(id, held) },
  };
}

/** @returns why it failed; undefined where it did not. */
function save(container: Container, directory: string, leaveRunning: boolean): string | undefined {
  try {
    return callLxcCheckpoint(container, directory, leaveRunning ? [] : ["-s"]);
  } catch (error) {
    if (isSystemError(error)) return error.message;
    throw error;
  }
}

/**
 * @param isThorough As in {@linkcode whyNoCriu}.
 * @throws CniError 105 where CRIU cannot be of use
 */
export function requireCriu(isThorough: boolean): void {
  const reason = whyNoCriu(isThorough);
  if (reason !== undefined) throw noCriu(reason);
}

/** The error where CRIU cannot be of use. */
export function noCriu(reason: string): CniError {
  return new CniError(Code.checkpointFailed, "CRIU does not work on this host", reason);
}

function requireEmpty(directory: string): void {
  if (!hasDocument(directory)) return;
  throw new CniError(
    Code.checkpointFailed,
    `${directory} has a checkpoint in it`,
    "name another directory, or remove that one",
  );
}
