import type { Command } from "../command-line/command.ts";
import { hook } from "./hook.ts";
import { serve } from "./serve.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [hook, serve, version];
