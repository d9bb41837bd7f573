import { system } from "#system";
import { runCommand } from "./command-line.ts";

system.run(() => runCommand(system.arguments()));
