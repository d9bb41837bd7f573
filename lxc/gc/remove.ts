import { describe } from "../../lib/cni/error.ts";
import { ifUnlocked } from "../../lib/cni/lock.ts";
import { forgetIncarnation, readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { detach } from "../hook/attachment.ts";
import type { Places } from "../runtime.ts";
import type { RemainingAttachment, Remains } from "./remains.ts";

/** What became of what was left of an attachment. */
export interface Removal extends RemainingAttachment {
  readonly container: string;
  /** Why it is there still; undefined where it is gone, or in a trial would be. */
  readonly problem: string | undefined;
}

/**
 * Detaches a container that is gone: DEL of each attachment, as its stop would have had it, and its record is forgotten.
 * While a hook works on the container, nothing is done.
 */
export function remove(remains: Remains, places: Places): Removal[] {
  let removals = all(remains, "a hook is just working on the container");
  ifUnlocked("container", remains.id, () => {
    removals = isInUse(remains) ? [] : removeAll(remains, places);
  });
  return removals;
}

/** What would be done. */
export function wouldRemove(remains: Remains): Removal[] {
  return all(remains, undefined);
}

function all({ container, attachments }: Remains, problem: string | undefined): Removal[] {
  return attachments.map((each) => ({ ...each, container, problem }));
}

/** Whether it has been started, or all of it detached, since it was looked at. */
function isInUse({ id, run }: Remains): boolean {
  const now = readIncarnation(id);
  if (now === undefined) return run !== undefined;
  return run === undefined || isRunning(now.process);
}

function removeAll({ id, container, run, attachments }: Remains, places: Places): Removal[] {
  const removals = attachments.map((each) => ({ ...each, container, problem: problemOf(each, places) }));
  if (run !== undefined && removals.every(({ problem }) => problem === undefined)) forgetIncarnation(id);
  return removals;
}

function problemOf({ attachment }: RemainingAttachment, places: Places): string | undefined {
  try {
    detach(attachment, { ...places, networks: [] });
    return undefined;
  } catch (error) {
    return describe(error);
  }
}
