import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The programs that measure: Node.js itself takes longer to start one than many a command runs.
 *
 * @typedef {object} Programs
 * @property {string} launch Runs a command, see launch.c.
 * @property {string} packets Sends packets, see packets.c.
 * @property {string} beat Is heard, or not, see beat.c.
 * @property {string} mark Notes when another program runs, see mark.c.
 */

/**
 * Compiles them.
 *
 * @param {string} directory Where to put them.
 * @returns {Programs} Their paths.
 */
export function compilePrograms(directory) {
  const names = ["launch", "packets", "beat", "mark"];
  return Object.fromEntries(names.map((name) => [name, compile(name, directory)]));
}

function compile(name, directory) {
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const path = join(directory, name);
  const flags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-static"];
  execFileSync(process.env.CC ?? "gcc", [...flags, "-o", path, source], { stdio: "inherit" });
  return path;
}
