import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** How far a clock may have been off when a file was written, in nanoseconds: a minute. */
const margin = 60_000_000_000n;

const nanosecondsPerSecond = 1_000_000_000n;

/**
 * A time before this machine booted, in nanoseconds since 1970: a file that is older was written in an earlier boot,
 * whatever was done to the clock since.
 *
 * A machine may boot with a clock that is years late, and have it set when files have been written already. These are
 * older then than the boot seems to be. But so is what the kernel itself made first of all, the device /dev/null.
 *
 * @returns undefined where that cannot be told.
 */
export function timeBeforeBoot(): bigint | undefined {
  try {
    const [, seconds] = /^btime (\d+)$/m.exec(system.readText("/proc/stat")) ?? [];
    const firstFile = system.status("/dev/null")?.modified;
    if (seconds === undefined || firstFile === undefined) return undefined;
    const boot = BigInt(seconds) * nanosecondsPerSecond;
    return (boot < firstFile ? boot : firstFile) - margin;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
