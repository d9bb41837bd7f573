import type { Command } from "../command-line/command.ts";
import { hook } from "./hook.ts";
import { ls } from "./ls.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [ls, hook, version];
