import type { Command } from "../command-line/command.ts";
import { attach } from "./attach.ts";
import { detach } from "./detach.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import { hook } from "./hook.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [enable, disable, attach, detach, hook, version];
