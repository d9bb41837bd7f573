import { system } from "#system";

let count = 0;

/** Prints who tells, and how often somebody has; returns that. */
export function tell(who: string): number {
  count += 1;
  system.writeStandardOutput(`${who} ${count}\n`);
  return count;
}
