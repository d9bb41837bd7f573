import { system } from "#system";

/** A step of a move that is done. */
export interface Step {
  readonly name: StepName;
  /** When it began, in milliseconds since the move began. */
  readonly begin: number;
  readonly milliseconds: number;
  /** How many bytes were copied, or saved; absent where that is not what it is about. */
  readonly bytes?: number;
}

export type StepName = "prepare" | "copy" | "checkpoint" | "copy rest" | "pack" | "unpack" | "restore";

/** What happens when a container moves. */
export interface Timeline {
  /** Milliseconds since the move began. */
  now(): number;
  /** Does a step, and tells of it when it is done. */
  step<T>(name: StepName, work: () => T, bytesOf?: (done: T) => number): T;
}

/** Begins one. @param tell Is told of each step. */
export function startTimeline(tell: (step: Step) => void): Timeline {
  const origin = system.monotonic();
  const now = () => system.monotonic() - origin;
  return {
    now,
    step: (name, work, bytesOf) => {
      const begin = now();
      const done = work();
      tell({
        ...{ name, begin, milliseconds: now() - begin },
        ...(bytesOf === undefined ? {} : { bytes: bytesOf(done) }),
      });
      return done;
    },
  };
}
