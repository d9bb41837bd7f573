import type { Arrival } from "./arrival.schema.ts";
import { runProgram } from "./programs.ts";

/**
 * Has files copied again that may have changed while they were copied.
 *
 * rsync passes over files whose size and time of modification are the same. But a process that has a file mapped changes
 * it without a new time, for as long as the kernel has not written the page back (that it did when the copying began). So
 * what was modified since then is given another time here: then it differs.
 */
export function settle({ name, lxcPath, since }: Arrival): void {
  const found = [`${lxcPath}/${name}`, "-type", "f", "-newermt", `@${since}`];
  runProgram("find", [...found, "-exec", "touch", "--no-create", "--date=@0", "--", "{}", "+"]);
}
