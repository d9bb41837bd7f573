import { system } from "#system";
import { asCniError, type CniError, Code, withMore } from "../cni/error.ts";
import { isTimeUp, timeLeft } from "../cni/time-limit.ts";

/** How long to try, in milliseconds, where there is time. */
const longest = 5_000;

/** The first pause and the longest one, in milliseconds. */
const firstPause = 50;
const longestPause = 1_000;

/**
 * Does something again while it fails with code 11, "try again later" (CNI specification 1.1.0, section 2, "Error").
 *
 * Between two tries are 50 ms at first, then twice as long each time, up to a second; a random part of up to a half is
 * left out, so that callers that were refused together do not come back together. All of it takes five seconds at most.
 *
 * @param undo Is done after a try that failed. Where that fails as well, there is no other try.
 * @throws what the last try threw, or the one before where the time was up in the last, with the number of tries in its
 *   details.
 */
export function retryWhileBusy<T>(attempt: () => T, undo: () => void = () => undefined): T {
  const end = system.monotonic() + timeLeft(longest);
  let busy: CniError | undefined;
  for (let tries = 1, pause = firstPause; ; tries++, pause = Math.min(2 * pause, longestPause)) {
    try {
      return attempt();
    } catch (error) {
      if (busy !== undefined && isTimeUp()) throw afterTries(busy, tries);
      if (asCniError(error).code !== Code.tryAgainLater) throw error;
      busy = asCniError(error);
      const time = pause * (1 - (system.random(1)[0] ?? 0) / 512);
      if (system.monotonic() + time > end || !succeeds(undo)) throw afterTries(busy, tries);
      system.sleep(time);
    }
  }
}

function succeeds(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function afterTries(error: CniError, tries: number): CniError {
  return tries === 1 ? error : withMore(error, `tried ${tries} times`);
}
