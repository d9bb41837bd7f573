import { isCalledByCriu, runRestoreAction } from "../checkpoint/action.ts";
import type { Command } from "../command-line/command.ts";
import { runCommandLine } from "../command-line/run.ts";
import { add } from "./add.ts";
import { attach } from "./attach.ts";
import { check } from "./check.ts";
import { checkpoint } from "./checkpoint.ts";
import { del } from "./del.ts";
import { detach } from "./detach.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import { gc } from "./gc.ts";
import { hook } from "./hook.ts";
import { release } from "./release.ts";
import { restore } from "./restore.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  enable,
  disable,
  attach,
  detach,
  checkpoint,
  restore,
  release,
  check,
  gc,
  status,
  hook,
  add,
  del,
  version,
];

/** Runs a command line, or what CRIU calls for. @returns the exit status */
export function runCommand(words: readonly string[]): number {
  return words.length === 0 && isCalledByCriu() ? runRestoreAction() : runCommandLine(words, commands);
}
