import type { Command } from "../command-line/command.ts";
import { runCommandLine } from "../command-line/run.ts";
import { add } from "./add.ts";
import { attach } from "./attach.ts";
import { check } from "./check.ts";
import { checkpoint } from "./checkpoint.ts";
import { completionOf } from "./completion.ts";
import { del } from "./del.ts";
import { detach } from "./detach.ts";
import { disable } from "./disable.ts";
import { doctor } from "./doctor.ts";
import { enable } from "./enable.ts";
import { explain } from "./explain.ts";
import { gc } from "./gc.ts";
import { graph } from "./graph.ts";
import { hook } from "./hook.ts";
import { ls } from "./ls.ts";
import { migrate } from "./migrate.ts";
import { networkCreate } from "./network-create.ts";
import { networkLs } from "./network-ls.ts";
import { networkRm } from "./network-rm.ts";
import { networkShow } from "./network-show.ts";
import { pluginsLink } from "./plugins-link.ts";
import { pluginsUnlink } from "./plugins-unlink.ts";
import { receive } from "./receive.ts";
import { release } from "./release.ts";
import { repair } from "./repair.ts";
import { restore } from "./restore.ts";
import { serve } from "./serve.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  ...[enable, disable, attach, detach],
  ...[ls, status, check, repair, gc, graph],
  ...[checkpoint, restore, migrate, release],
  ...[networkLs, networkShow, networkCreate, networkRm],
  ...[doctor, explain],
  ...[pluginsLink, pluginsUnlink],
  ...[hook, serve, receive, add, del],
  ...[completionOf(() => commands), version],
];

/** Runs a command line. @returns the exit status */
export function runCommand(words: readonly string[]): number {
  return runCommandLine(words, commands);
}
