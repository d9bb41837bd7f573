import type { Command } from "../command-line/command.ts";
import { runCommandLine } from "../command-line/run.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { del } from "./del.ts";
import { gc } from "./gc.ts";
import { hook } from "./hook.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [hook, check, gc, status, add, del, version];

/** Runs a command line. @returns the exit status */
export function runCommand(words: readonly string[]): number {
  return runCommandLine(words, commands);
}
