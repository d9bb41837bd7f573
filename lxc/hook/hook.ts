import { system } from "#system";
import { describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { inSeconds, limitTime } from "../../lib/cni/time-limit.ts";
import { containerIdOf } from "../container/id.ts";
import { forgetLastError } from "../container/last-error.ts";
import { destroy } from "./destroy.ts";
import { type HookEvent, type HookType, parseHookCall } from "./event.ts";
import { keepFailure } from "./failure.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { type HookWords, parseHookWords } from "./words.ts";

/**
 * Does what a hook of LXC is to do: attaches the container when it starts, detaches it when it has stopped, forgets it
 * when it is destroyed.
 *
 * @param words The arguments after `hook`.
 * @returns the exit status; see {@linkcode mayFail}.
 * @throws UsageError where it was not called as it should be; CniError, SystemError where it failed.
 */
export function runHook(words: readonly string[]): number {
  const begin = system.monotonic();
  system.limitStandardError(mostOfOneText, mostOfAll);
  const { event, words: own } = parseHookCall(words, system.environment());
  const container = containerIdOf(event.name, event.lxcPath);
  try {
    const wanted = parseHookWords(own);
    limitHook(event.type, wanted.timeout);
    withLock("container", container, () => handle(event, container, wanted));
    // LXC has it in its log, at level DEBUG. It waits for every hook.
    const milliseconds = (system.monotonic() - begin).toFixed(1);
    tell(`lxc-cni: ${event.type} of ${event.name} took ${milliseconds} ms\n`);
    return 0;
  } catch (error) {
    keepFailure(container, event, error);
    if (mayFail(event.type)) throw error;
    system.writeStandardError(`lxc-cni: ${describe(error)}\n`);
    return 0;
  }
}

/**
 * LXC reads a hook's output ten times, 40 KB at most, and then waits for the hook's end without reading on: what does not
 * fit into the pipe by then would keep both waiting for ever (lxc 7.0.0, run_buffer). In characters.
 */
const mostOfOneText = 4 * 1024;
const mostOfAll = 16 * 1024;

/** How much of the time of a start is kept for undoing it, in milliseconds. */
const longestReserve = 3_000;

function limitHook(type: HookType, timeout: number): void {
  const reserve = type === "start-host" ? Math.min(longestReserve, 0.3 * timeout) : 0;
  limitTime(timeout, reserve, `the hook may take ${inSeconds(timeout)} (--timeout)`);
}

function handle(event: HookEvent, container: ContainerId, wanted: HookWords): void {
  switch (event.type) {
    case "start-host":
      start(container, event, wanted);
      forgetLastError(container);
      break;
    case "stop":
    case "post-stop":
      stop(container, wanted);
      break;
    case "destroy":
      destroy(container, wanted);
      break;
  }
}

/** A post-stop that fails would turn a reboot into a stop, and a destroy that fails would keep the container. */
function mayFail(type: HookType): boolean {
  return type === "start-host" || type === "stop";
}

function tell(text: string): void {
  try {
    system.writeStandardOutput(text);
  } catch {
    // That nobody listens is no reason for a container not to start.
  }
}
