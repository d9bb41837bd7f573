import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("launch.c", import.meta.url));

/**
 * What one run of a command cost.
 *
 * @typedef {object} Cost
 * @property {number} milliseconds From its start to its end.
 * @property {number} kilobytes Its largest resident set, or that of one of its children, in units of 1000 bytes.
 */

/**
 * Compiles the program that starts what is measured; Node.js itself takes longer for that than many a command runs.
 *
 * @param {string} directory Where to put it.
 * @returns {string} Its path.
 */
export function compileLauncher(directory) {
  const path = join(directory, "launch");
  const flags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-static"];
  execFileSync(process.env.CC ?? "gcc", [...flags, "-o", path, source], { stdio: "inherit" });
  return path;
}

/**
 * Runs a command once.
 *
 * @param {string} launcher What {@link compileLauncher} made.
 * @param {object} command
 * @param {readonly string[]} command.argv The program's path, and its arguments.
 * @param {Record<string, string>} command.environment All of its environment.
 * @param {string} [command.input] The file that it reads; nothing when absent.
 * @param {string} command.output The file that gets what it prints.
 * @returns {Cost}
 * @throws when it cannot be run or fails: what does not work cannot be compared.
 */
export function launch(launcher, { argv, environment, input = "/dev/null", output }) {
  const { status, stdout, stderr, error } = spawnSync(launcher, [input, output, ...argv], {
    env: environment,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr);
  const [nanoseconds = 0, kibibytes = 0, ending = 0] = stdout.split(" ").map(Number);
  if (ending !== 0)
    throw new Error(`${argv.join(" ")} ended with ${ending}: ${readFileSync(output, "utf8")}`);
  return { milliseconds: nanoseconds / 1e6, kilobytes: kibibytes * 1.024 };
}
