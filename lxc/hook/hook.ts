import { system } from "#system";
import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { inSeconds, limitTime } from "../../lib/cni/time-limit.ts";
import { forgetLastError } from "../container/forget-last-error.ts";
import { containerIdOf } from "../container/id.ts";
import { type HookCall, type HookEvent, type HookType, parseHookCall } from "./event.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { type HookWords, parseHookWords } from "./words.ts";

/**
 * Does what a hook of LXC is to do: attaches the container when it starts, detaches it when it has stopped, forgets it
 * when it is destroyed. What fails is reported.
 *
 * What happens seldom (a failure, a destroy) is a part of the program that is read only then.
 *
 * @param words The arguments after `hook`.
 * @returns the exit status: 0; 1 where it failed, 2 where the line was not understood, unless LXC would make too much of
 *   that.
 */
export function runHook(words: readonly string[]): number | Promise<number> {
  const begin = system.monotonic();
  system.limitStandardError(mostOfOneText, mostOfAll);
  return orReport(undefined, () => {
    const call = parseHookCall(words, system.environment());
    return orReport(call.event, () => handle(call, begin));
  });
}

/**
 * LXC reads a hook's output ten times, 40 KB at most, and then waits for the hook's end without reading on: what does not
 * fit into the pipe by then would keep both waiting for ever (lxc 7.0.0, run_buffer). In characters.
 */
const mostOfOneText = 4 * 1024;
const mostOfAll = 16 * 1024;

/** @param event What LXC said, where that was understood. */
function orReport(
  event: HookEvent | undefined,
  action: () => number | Promise<number>,
): number | Promise<number> {
  try {
    return action();
  } catch (error) {
    return import("./report.ts").then(({ reportFailure }) => reportFailure(event, error));
  }
}

function handle({ event, words }: HookCall, begin: number): number | Promise<number> {
  const wanted = parseHookWords(words);
  limitHook(event.type, wanted.timeout);
  // Whoever is not root has it done by root.
  if (system.userId !== 0) {
    return import("../serve/ask.ts").then(({ askService }) =>
      orReport(event, () => {
        askService(event, wanted);
        tellTime(event, begin);
        return 0;
      }),
    );
  }
  const container = containerIdOf(event.name, event.lxcPath);
  const locked = (work: () => void) => {
    withLock("container", container, work);
    tellTime(event, begin);
    return 0;
  };
  if (event.type !== "destroy") return locked(() => attachOrDetach(event, container, wanted));
  return import("./destroy.ts").then(({ destroy }) =>
    orReport(event, () => locked(() => destroy(container, wanted))),
  );
}

/** How much of the time of a start is kept for undoing it, in milliseconds. */
const longestReserve = 3_000;

function limitHook(type: HookType, timeout: number): void {
  const reserve = type === "start-host" ? Math.min(longestReserve, 0.3 * timeout) : 0;
  limitTime(timeout, reserve, `the hook may take ${inSeconds(timeout)} (--timeout)`);
}

function attachOrDetach(event: HookEvent, container: ContainerId, wanted: HookWords): void {
  if (event.type === "start-host") {
    start(container, event, wanted);
    forgetLastError(container);
  } else {
    stop(container, wanted);
  }
}

/** LXC has it in its log, at level DEBUG. It waits for every hook. */
function tellTime({ type, name }: HookEvent, begin: number): void {
  const milliseconds = (system.monotonic() - begin).toFixed(1);
  try {
    system.writeStandardOutput(`lxc-cni: ${type} of ${name} took ${milliseconds} ms\n`);
  } catch {
    // That nobody listens is no reason for a container not to start.
  }
}
