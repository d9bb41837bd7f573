import { join } from "node:path";
import { compileProgram } from "../fixture/compile.ts";
import type { Answer } from "../fixture/network.ts";

/** Compiles kill-at.c. @returns the path of the program, in `directory` */
export function compileKiller(directory: string): string {
  return compileProgram(join(import.meta.dirname, "kill-at.c"), directory);
}

/** How long a plugin lived that was run by the killer, in microseconds. */
export function lifeOf({ errors }: Pick<Answer, "errors">): number {
  const last = errors.trimEnd().split("\n").at(-1) ?? "";
  if (!/^\d+$/.test(last)) throw new Error(`the killer did not say how long the plugin lived: ${errors}`);
  return Number(last);
}

/** The status of a plugin that SIGKILL ended. */
export const killedStatus = 128 + 9;
