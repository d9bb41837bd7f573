import { system } from "#system";
import { describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import { containerIdOf } from "../container/id.ts";
import { askService } from "../serve/ask.ts";
import { type HookEvent, parseHookCall } from "./event.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { type HookWords, parseHookWords } from "./words.ts";

/**
 * Does what a hook of LXC is to do: attaches the container when it starts, detaches it when it has stopped.
 *
 * @param words The arguments after `hook`.
 * @returns the exit status; that of post-stop is always 0, since another one would turn a reboot into a stop.
 * @throws UsageError where it was not called as it should be; CniError, SystemError where it failed.
 */
export function runHook(words: readonly string[]): number {
  const { event, words: own } = parseHookCall(words, system.environment());
  const begin = system.monotonic();
  try {
    const wanted = parseHookWords(own);
    if (system.userId === 0) serveAsRoot(event, wanted);
    else askService(event, wanted);
    // LXC has it in its log, at level DEBUG. It waits for every hook.
    const milliseconds = (system.monotonic() - begin).toFixed(1);
    tell(`lxc-cni: ${event.type} of ${event.name} took ${milliseconds} ms\n`);
    return 0;
  } catch (error) {
    if (event.type !== "post-stop") throw error;
    system.writeStandardError(`lxc-cni: ${describe(error)}\n`);
    return 0;
  }
}

function serveAsRoot(event: HookEvent, wanted: HookWords): void {
  const container = containerIdOf(event.name, event.lxcPath);
  withLock("container", container, () => {
    if (event.type === "start-host") start(container, event, wanted);
    else stop(container, wanted);
  });
}

function tell(text: string): void {
  try {
    system.writeStandardOutput(text);
  } catch {
    // That nobody listens is no reason for a container not to start.
  }
}
