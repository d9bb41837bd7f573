import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** A process that lived, or lives: a pid alone may by now be another's. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly startTime: string;
  /** The boot that it was started in. */
  readonly bootId: string;
}

/** The process that has a pid now; undefined when there is none, or it has ended and only waits for its parent. */
export function processOf(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  if (stat === undefined) return undefined;
  // The second field, the name, stands in parentheses and may itself hold blanks and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  return { pid, startTime: fields[18] ?? "", bootId: currentBootId() };
}

/** Whether that very process is still running. */
export function isRunning(process: ProcessIdentity): boolean {
  const now = processOf(process.pid);
  return now !== undefined && isSameProcess(now, process);
}

/** Whether two are one process, and not only one pid. */
export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime && a.bootId === b.bootId;
}

/** The id of this boot (random(4)). */
export function currentBootId(): string {
  return system.readText("/proc/sys/kernel/random/boot_id").trim();
}

function readStat(pid: number): string | undefined {
  try {
    return system.readText(`/proc/${pid}/stat`);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}
