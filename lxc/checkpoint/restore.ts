import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Configuration, readConfiguration, valuesOf } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import { forgetLastError } from "../container/forget-last-error.ts";
import { attachmentOf, forgetIncarnation, readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { detachQuietly } from "../hook/attachment.ts";
import type { Places } from "../runtime.ts";
import { failurePath, orderFor } from "./action.ts";
import type { Checkpoint } from "./checkpoint.schema.ts";
import { noCriu } from "./checkpoint.ts";
import { callLxcCheckpoint, imagesOf, whichIsMissing, whyNoCriu } from "./criu.ts";
import { requireNone } from "./fix.ts";
import { findNetworks } from "./make-networks.ts";
import { readCheckpoint, readDocument, requirePrivate, unholdCheckpoint } from "./record.ts";
import { obstaclesIn } from "./requirements.ts";
import { awaitStopped, hasStopped } from "./stopped.ts";

/** What a restore came to. */
export interface Restored {
  readonly checkpoint: Checkpoint;
  /** How long it took CRIU and LXC, our part included, in milliseconds. */
  readonly milliseconds: number;
}

/**
 * Has a container go on that was checkpointed, here or on another host, on the same networks with the same addresses.
 *
 * Where it fails, all is as it was before: addresses that were held stay held, others are given back.
 *
 * @param directory Of the checkpoint; absolute.
 * @throws CniError 3 without a checkpoint, 7 without one of the networks, 102 while it runs, 104 where its last
 *   checkpoint is another one, 105 where it could not be restored
 */
export function restore(container: Container, directory: string, places: Places): Restored {
  const held = readCheckpoint(container.id);
  requireNotElsewhere(container, held);
  if (held !== undefined) awaitStopped(container, true);
  const checkpoint = readDocument(directory);
  if (held === undefined) awaitStopped(container, false);
  requirePrivate(directory);
  const configuration = readConfiguration(container.configFile);
  requireNone(container.name, "restored", obstaclesIn(configuration));
  const missing = whichIsMissing();
  if (missing !== undefined) throw noCriu(missing);
  requireLast(container, checkpoint, held);
  findNetworks(container, checkpoint, held, places);
  openImages(configuration, directory);

  system.removeFile(failurePath(directory));
  const begin = system.monotonic();
  const order = orderFor(container, directory, places);
  const failure = callLxcCheckpoint(container, directory, ["-r", "-A", system.executable()], order);
  const milliseconds = system.monotonic() - begin;
  if (failure !== undefined) {
    removeLeftovers(container, places);
    // Not asked before: somebody waits for the container, and nothing is lost.
    const unusable = whyNoCriu(false);
    if (unusable !== undefined) throw noCriu(unusable);
    const reason = networkFailure(directory) ?? failure;
    throw new CniError(Code.checkpointFailed, `${container.name} could not be restored`, reason);
  }
  if (held !== undefined) withLock("container", container.id, () => unholdCheckpoint(container.id, held));
  forgetLastError(container.id);
  return { checkpoint, milliseconds };
}

/**
 * A container that goes on twice has two owners of its addresses, and its files two truths.
 *
 * @throws CniError 104 where it has moved to another host, or may have
 */
export function requireNotElsewhere({ name }: Container, held: Checkpoint | undefined): void {
  const { stage, host } = held?.move ?? {};
  if (host === undefined) return;
  throw new CniError(
    Code.checkpointed,
    `container ${name} ${stage === "moved" ? "has moved to" : "may go on at"} ${host}`,
    stage === "moved"
      ? `lxc-cni release ${name} has it start anew here`
      : `lxc-cni migrate ${name} ${host} finds out, and has it go on; where ${host} is lost for good: lxc-cni restore --here`,
  );
}

/** What it has written since would be lost, and its addresses were those of a later time. */
function requireLast({ name }: Container, { time }: Checkpoint, held: Checkpoint | undefined): void {
  if (held === undefined || held.time === time) return;
  throw new CniError(
    Code.checkpointed,
    `the last checkpoint of ${name} is another one`,
    `it is of ${held.time}, in ${held.directory ?? "?"}: restore that one, or give it up by lxc-cni release ${name}`,
  );
}

/**
 * Has the container's root, where that is not ours, read the images: CRIU restores processes with no more rights than
 * theirs. Nobody else can, since nobody else gets into the directory above.
 */
function openImages(configuration: Configuration, directory: string): void {
  if (valuesOf(configuration, "lxc.idmap").length === 0) return;
  const { status, errors } = system
    .start({ program: "chmod", arguments: ["-R", "a+rX", imagesOf(directory)], deadline: 60_000 })
    .wait();
  if (status !== 0) throw new CniError(Code.inputOutput, "the images cannot be opened", errors.trim());
}

/** LXC's hooks have detached what was attached; where it has none of ours, nobody has. */
function removeLeftovers(container: Container, places: Places): void {
  if (!hasStopped(container)) return;
  withLock("container", container.id, () => {
    const incarnation = readIncarnation(container.id);
    if (incarnation === undefined || isRunning(incarnation.process)) return;
    const isGone = incarnation.attachments.map((each) =>
      detachQuietly(attachmentOf(container.id, each), { ...places, networks: [] }),
    );
    if (isGone.every(Boolean)) forgetIncarnation(container.id);
  });
}

function networkFailure(directory: string): string | undefined {
  try {
    return system.readText(failurePath(directory));
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}
