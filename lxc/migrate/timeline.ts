import { system } from "#system";
import type { Taken } from "../checkpoint/checkpoint.ts";

/** A step of a move that is done. */
export interface Step {
  readonly name: StepName;
  /** When it began, in milliseconds since the move began. */
  readonly begin: number;
  readonly milliseconds: number;
  /** How many bytes were copied, or saved; absent where that is not what it is about. */
  readonly bytes?: number;
  /** How many of the milliseconds were those of LXC and CRIU; absent where they have no part in it. */
  readonly lxc?: number;
}

export type StepName = "prepare" | "copy" | "checkpoint" | "copy rest" | "pack" | "unpack" | "restore";

/** What happens when a container moves. */
export interface Timeline {
  /** Milliseconds since the move began. */
  now(): number;
  /** Does a step, and tells of it when it is done. */
  step<T>(name: StepName, work: () => T, more?: (done: T) => Pick<Step, "bytes" | "lxc">): T;
}

/** Begins one. @param tell Is told of each step. */
export function startTimeline(tell: (step: Step) => void): Timeline {
  const origin = system.monotonic();
  const now = () => system.monotonic() - origin;
  return {
    now,
    step: (name, work, more) => {
      const begin = now();
      const done = work();
      tell({ name, begin, milliseconds: now() - begin, ...more?.(done) });
      return done;
    },
  };
}

/** What there is to tell of a checkpoint. */
export function savedBy({ bytes, milliseconds: lxc }: Taken): Pick<Step, "bytes" | "lxc"> {
  return { bytes, lxc };
}
