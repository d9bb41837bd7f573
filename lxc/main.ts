import { system } from "#system";
import { runCommandLine } from "./command-line/run.ts";
import { commands } from "./commands/all.ts";

system.run(() => runCommandLine(system.arguments(), commands));
