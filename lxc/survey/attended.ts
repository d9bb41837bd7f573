import { withLock } from "../../lib/cni/lock.ts";
import type { Runtime } from "../../lib/runtime/attachment-call.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { findNetwork, type Places, runtimeFor } from "../runtime.ts";
import type { SurveyedAttachment } from "./survey.ts";

/** An attachment that nobody else works on, and how its plugins are called. */
export interface Attended {
  readonly runtime: Runtime;
  /** Finds its network where the configuration of its ADD was not kept. */
  load(): Network;
}

/**
 * Does something about the attachment of a container that runs, while no hook does anything to the container.
 *
 * @returns undefined where the container has stopped, or was detached, since it was looked at.
 * @throws CniError 11 where the container's lock could not be had.
 */
export function attend<T>(
  { attachment, run, kept }: SurveyedAttachment,
  places: Places,
  work: (attended: Attended) => T,
): T | undefined {
  return withLock("container", attachment.container, () => {
    const process = run === undefined ? undefined : readIncarnation(attachment.container)?.process;
    if (run !== undefined && (process === undefined || !isRunning(process))) return undefined;
    const netnsPath = process === undefined ? (kept?.netnsPath ?? "") : `/proc/${process.pid}/ns/net`;
    const runtime = runtimeFor(attachment, netnsPath, places);
    return work({ runtime, load: () => findNetwork(attachment.network, places) });
  });
}
