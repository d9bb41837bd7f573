import { system } from "#system";

/** When this process is to be done, in milliseconds of the monotonic clock. */
let end = Number.POSITIVE_INFINITY;

/** When undoing is to be done, too. */
let endOfUndoing = Number.POSITIVE_INFINITY;

/** What to say when the time is up. */
let reasonOfLimit = "";

/**
 * Limits the time that all which follows in this process may take together. Whoever waits for others (locks, commands,
 * plugins) waits no longer than {@linkcode timeLeft} says.
 *
 * @param milliseconds From now on; infinite for no limit.
 * @param reserve How much of it is kept for what is undone when something fails, in milliseconds.
 * @param reason What limits it, and how that can be changed.
 */
export function limitTime(milliseconds: number, reserve: number, reason: string): void {
  reasonOfLimit = reason;
  endOfUndoing = system.monotonic() + milliseconds;
  end = endOfUndoing - reserve;
}

/**
 * How long to wait for somebody else, in milliseconds.
 *
 * @param most How long to wait where there is no limit.
 * @returns 0 when the time is up.
 */
export function timeLeft(most: number): number {
  if (end === Number.POSITIVE_INFINITY) return most;
  return Math.min(most, Math.max(0, end - system.monotonic()));
}

/** Whether the time is up. */
export function isTimeUp(): boolean {
  return timeLeft(1) === 0;
}

/** Why something was not waited for any longer: what limits the time when that is up, and else `otherwise`. */
export function whyNoLonger(otherwise: string): string {
  return isTimeUp() ? reasonOfLimit : otherwise;
}

/** Undoes something, for which there is time kept. */
export function inReserve<T>(undo: () => T): T {
  const before = end;
  end = endOfUndoing;
  try {
    return undo();
  } finally {
    end = before;
  }
}

/** A time in milliseconds, as messages have it: `10 s`, `0.5 s`. */
export function inSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
