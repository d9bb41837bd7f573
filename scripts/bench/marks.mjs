import { readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * A program that ran.
 *
 * @typedef {object} Run
 * @property {string} name
 * @property {string} argument Its first one.
 * @property {number} begin In milliseconds, by the machine's monotonic clock.
 * @property {number | undefined} end undefined where nobody waited for it, or it runs still.
 */

/**
 * Has it noted when programs run: in a directory, `mark` stands in the place of each (mark.c).
 *
 * @param {string} mark
 * @param {string} directory
 * @param {Record<string, string>} programs Their paths, by the names by which they are called.
 */
export function installMarks(mark, directory, programs) {
  for (const [name, path] of Object.entries(programs)) {
    symlinkSync(mark, join(directory, name));
    symlinkSync(path, join(directory, `${name}.real`));
  }
}

/** What was noted, in the order of the beginnings; it is forgotten. @returns {Run[]} */
export function takeMarks(directory) {
  const path = join(directory, "marks");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  rmSync(path);
  const runs = [];
  for (const [name, argument, what, nanoseconds] of lines.map((line) => line.split(" "))) {
    const time = Number(nanoseconds) / 1e6;
    if (what === "begin") runs.push({ name, argument, begin: time, end: undefined });
    else
      runs.findLast((run) => run.name === name && run.argument === argument && run.end === undefined).end =
        time;
  }
  return runs;
}
