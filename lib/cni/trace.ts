import { system } from "#system";

let enabled: boolean | undefined;

/**
 * Tells on standard error what is being done, when LXC_CNI_DEBUG is 1: with the milliseconds since the system's
 * monotonic clock began, so that the time between two lines can be seen.
 *
 * @param text Is called only then.
 */
export function trace(text: () => string): void {
  enabled ??= system.environment().LXC_CNI_DEBUG === "1";
  if (enabled) system.writeStandardError(`${system.monotonic().toFixed(3)} ${text()}\n`);
}
