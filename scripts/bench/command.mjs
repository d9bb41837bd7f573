import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A command that is measured.
 *
 * @typedef {object} Command
 * @property {string[]} argv The program's path, and its arguments.
 * @property {Record<string, string>} environment All of its environment.
 * @property {string} [netns] The path of the network namespace that it runs in; the contest's own when absent.
 * @property {string} [input] The file that it reads; nothing when absent.
 * @property {string} output The file that gets what it prints.
 * @property {number} [count] How many of it are run at once; in each one's input, arguments and environment, `%d` is its
 *   number.
 */

/**
 * Runs a command.
 *
 * @param {string} launch The program that does, of programs.mjs.
 * @param {Command} command
 * @returns {import("./contest.mjs").Cost}
 * @throws when it cannot be run.
 */
export function runCommand(
  launch,
  { argv, environment, netns = "-", input = "/dev/null", output, count = 1 },
) {
  const { status, stdout, stderr, error } = spawnSync(
    launch,
    [String(count), netns, input, output, ...argv],
    {
      env: environment,
      encoding: "utf8",
    },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr);
  const [nanoseconds = 0, kibibytes = 0, failed = 0, ending = 0, slowest = 0] = stdout.split(" ").map(Number);
  const cost = { milliseconds: nanoseconds / 1e6, kilobytes: kibibytes * 1.024, slowest: slowest / 1e6 };
  if (failed === 0) return cost;
  const which = count === 1 ? "" : `${failed} of ${count}, `;
  return { ...cost, failure: `${which}status ${ending}: ${messageIn(readFileSync(output, "utf8"))}` };
}

/** What a plugin or netavark said in its error, or else all that was printed, in one line. */
function messageIn(output) {
  try {
    const { msg, error } = JSON.parse(output);
    return oneLine(msg ?? error);
  } catch {
    return oneLine(output);
  }
}

function oneLine(text) {
  const line = String(text).replace(/\s+/g, " ").trim();
  return line.length <= 160 ? line : `${line.slice(0, 157)}...`;
}
