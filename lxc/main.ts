import { system } from "#system";
import { runCommandLine } from "./command-line/run.ts";
import { hook } from "./commands/hook.ts";

system.run(() => {
  const words = system.arguments();
  // A container's start waits for the hook. The other commands are more than all else together, and read when asked for.
  if (words[0] === hook.name) return runCommandLine(words, [hook]);
  return import("./commands/all.ts").then(({ commands }) => runCommandLine(words, commands));
});
