import { CniError, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.schema.ts";
import { giveUp } from "../checkpoint/release.ts";
import { warn } from "../runtime.ts";
import { stagingOf } from "./arrival.ts";
import { ask } from "./ask.ts";
import { type Journey, whichOf } from "./journey.ts";
import { recordMove } from "./move.ts";
import { removeTree, runProgram } from "./programs.ts";

/**
 * Gives back what a container has here that goes on elsewhere. It cannot be started here any more, by mistake or at the
 * next boot: its files are of the past. They stay, for a way back that copies only what is different, unless it is to be
 * destroyed.
 */
export function leave(journey: Journey, checkpoint: Checkpoint): void {
  const { container, remote, places, hold, destroy } = journey;
  const { id, name, lxcPath } = container;
  withLock("container", id, () => {
    if (!hold) quietly(() => giveUp(id, checkpoint, places), `lxc-cni release ${name} tries again`);
    const record = () => recordMove(id, checkpoint, { stage: "moved", host: remote.name });
    quietly(record, `nothing keeps ${name} from being started here: do not`);
  });
  // Its memory is nobody's business any longer.
  quietly(() => removeTree(stagingOf(id)), "it can be removed");
  quietly(() => ask(remote, "done", whichOf(container)), `${stagingOf(id)} can be removed there`);
  if (destroy) {
    quietly(() => runProgram("lxc-destroy", ["-n", name, "-P", lxcPath]), "destroy it by hand");
  }
}

/** It goes on there, whatever fails here. */
function quietly(work: () => unknown, remedy: string): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    warn(`${describe(error)}; ${remedy}`);
  }
}
