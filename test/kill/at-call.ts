import { join } from "node:path";
import type { Answer } from "../fixture/network.ts";

/** The source of the program that ends or stops another one at a system call. */
export const atCallSource = join(import.meta.dirname, "at-call.c");

/** A system call that a program makes: the one of this name, and the how-manieth of those. */
export interface CallPoint {
  readonly call: string;
  readonly count: number;
}

/**
 * The system calls of a plugin that was run by `at-call list`.
 *
 * @throws Error when it was not.
 */
export function callPointsOf({ errors }: Answer): CallPoint[] {
  const names = /^calls: (.*)$/m.exec(errors)?.[1]?.split(" ");
  if (names === undefined) throw new Error(`at-call did not list the system calls: ${errors}`);
  const counts = new Map<string, number>();
  return names.map((call) => {
    const count = (counts.get(call) ?? 0) + 1;
    counts.set(call, count);
    return { call, count };
  });
}
