import { system } from "#system";
import { networkStage, restoreStage } from "./checkpoint/stage.ts";
import { isCalledByLxc } from "./hook/event.ts";
import { runHook } from "./hook/hook.ts";

system.run(() => {
  const words = system.arguments();
  // Called by a plugin, which may have been called at such a stage itself.
  if (words.length === 0 && system.environment().CNI_COMMAND !== undefined) {
    return import("./checkpoint/stand-in.ts").then(({ answerAsIpamPlugin }) => answerAsIpamPlugin());
  }
  // A container that is restored waits for what CRIU calls at some stages, of which one matters.
  const stage = restoreStage(system.environment());
  if (words.length === 0 && stage !== undefined) {
    if (stage !== networkStage) return 0;
    return import("./checkpoint/action.ts").then(({ runRestoreAction }) => runRestoreAction());
  }
  // A container's start waits for the hook. All other commands are more than all else together, and read when asked for.
  if (words[0] === "hook" && isCalledByLxc(system.environment())) return runHook(words.slice(1));
  return import("./commands/all.ts").then(({ runCommand }) => runCommand(words));
});
