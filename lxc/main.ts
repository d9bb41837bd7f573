import { system } from "#system";
import { isCalledByLxc } from "./hook/event.ts";
import { runHook } from "./hook/hook.ts";

system.run(() => {
  const words = system.arguments();
  // A container's start waits for the hook. All other commands are more than all else together, and read when asked for.
  if (words[0] === "hook" && isCalledByLxc(system.environment())) return runHook(words.slice(1));
  return import("./commands/all.ts").then(({ runCommand }) => runCommand(words));
});
