import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { readConfiguration } from "../container/configuration.ts";
import type { Container } from "../container/containers.ts";
import type { Held } from "../container/incarnation.schema.ts";
import {
  attachmentOf,
  forgetIncarnation,
  readIncarnation,
  recordIncarnation,
} from "../container/incarnation.ts";
import { isRunning, isSameProcess, type ProcessIdentity } from "../container/process.ts";
import { firstProcessOf } from "../container/running.ts";
import { recordedRuns } from "../container/runs.ts";
import { detachQuietly } from "../hook/attachment.ts";
import { hookLinesOf } from "../hook/lines.ts";
import type { Places } from "../runtime.ts";

/** A container's run that goes on now, and what it holds. */
export interface Run {
  readonly process: ProcessIdentity;
  /** The path of its network namespace. */
  readonly netnsPath: string;
  readonly held: readonly Held[];
  /** Why no hook gives back what it holds when it stops, behind its name in a sentence; undefined where one does. */
  readonly whyNotHooked: string | undefined;
}

/**
 * The first process of a container, which may take LXC a while to tell: so nobody asks under the container's lock, for
 * which a hook may be waiting, and for that hook LXC.
 *
 * @throws CniError 3 where it does not run
 */
export function requireFirstProcess(container: Container): ProcessIdentity {
  return firstProcessOf(container) ?? notRunning(container);
}

/**
 * What the container holds, to be asked for under its lock. What an earlier run of it has left is removed.
 *
 * @param found Its first process, when nobody held the lock.
 * @throws CniError 3 where it has stopped since.
 */
export function currentRun(container: Container, found: ProcessIdentity, places: Places): Run {
  const record = readIncarnation(container.id);
  const wasRecorded = record !== undefined && isRunning(record.process);
  const process = wasRecorded ? record.process : found;
  if (!isRunning(process)) notRunning(container);
  const held = record === undefined ? [] : record.attachments;
  return {
    process,
    netnsPath: `/proc/${process.pid}/ns/net`,
    held: wasRecorded ? held : held.filter((each) => !removeLeftover(container, each, places)),
    whyNotHooked: whyNotHooked(container, process, wasRecorded),
  };
}

/** Records what a container holds in its run. Where it holds nothing and no hook asks for the record, none is kept. */
export function recordHeld({ id, name, lxcPath }: Container, run: Run, held: readonly Held[]): void {
  if (held.length === 0 && run.whyNotHooked !== undefined) forgetIncarnation(id);
  else recordIncarnation(id, { process: run.process, name, lxcPath, attachments: [...held] });
}

function whyNotHooked(
  { id, configFile }: Container,
  process: ProcessIdentity,
  wasRecorded: boolean,
): string | undefined {
  if (isOfUser(id, process)) return "is a user's, whose hook gives back only what it asked for";
  if (!wasRecorded) return "was started without lxc-cni";
  const lines = hookLinesOf(readConfiguration(configFile));
  const isHooked = lines.some(({ type }) => type === "stop" || type === "post-stop");
  return isHooked ? undefined : "does not call lxc-cni when it stops";
}

/** The service for ordinary users has records of their containers by ids of its own, and gives back what these tell of. */
function isOfUser(id: ContainerId, process: ProcessIdentity): boolean {
  return recordedRuns().some(
    ({ container, incarnation }) => container !== id && isSameProcess(incarnation.process, process),
  );
}

function removeLeftover({ id }: Container, held: Held, places: Places): boolean {
  return detachQuietly(attachmentOf(id, held), { ...places, networks: [] });
}

function notRunning({ name, lxcPath }: Container): never {
  throw new CniError(
    Code.unknownContainer,
    `container ${name} of ${lxcPath} does not run`,
    "start it first; lxc-cni enable has it attached at each start",
  );
}
