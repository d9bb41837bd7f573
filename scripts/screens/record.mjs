// Tells the story on the host that it is started on, and prints a Recording as JSON.
//
// usage: node scripts/screens/record.mjs '{"bin": DIRECTORY}'

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { story } from "./story.mjs";

/**
 * What was seen.
 *
 * @typedef {object} Recording
 * @property {{ name: string, help: string }[]} commands Every command, and its help.
 * @property {Screen[]} screens
 * @property {string} graph The picture that `lxc-cni graph --svg` draws.
 *
 * @typedef {object} Screen
 * @property {string} command The name of the command that was run.
 * @property {string} line
 * @property {string} output What it printed, on standard output and on standard error.
 * @property {number} status
 * @property {string} [why]
 */

const { bin } = JSON.parse(process.argv[2] ?? "");
// On PATH, a directory of executables must not have `bridge` in it, which iproute2 has, too.
const onPath = "/run/screens";
mkdirSync(onPath);
symlinkSync("/run/libexec/lxc-cni/lxc-cni", join(onPath, "lxc-cni"));
// Where they are built, on this machine, is nobody's concern.
mkdirSync("/run/libexec/lxc-cni", { recursive: true });
execFileSync("mount", ["--bind", bin, "/run/libexec/lxc-cni"]);
const environment = { ...process.env, PATH: `${onPath}:${process.env.PATH}`, LANG: "C.UTF-8", TERM: "dumb" };

const names = commandNames();
let graph = "";
const screens = [];
for (const scene of story) {
  const outcome = run(scene.line);
  if (!scene.hidden) screens.push(screenOf(scene, outcome));
  else if (outcome.status !== 0)
    throw new Error(`${scene.line}: status ${outcome.status}\n${outcome.output}`);
  if (scene.line === "lxc-cni graph --text") graph = run("lxc-cni graph --svg -").output;
}
const commands = names.map((name) => ({ name, help: run(`lxc-cni ${name} --help`).output }));
console.log(JSON.stringify({ commands, screens, graph }));

/** As the list of commands has them. */
function commandNames() {
  const lines = run("lxc-cni --help").output.split("\n");
  return lines.flatMap((line) => /^ {2}(\S+(?: \S+)?) {2,}\S/.exec(line)?.[1] ?? []);
}

function screenOf({ line, why }, { output, status }) {
  const words = line.split(" ").slice(1);
  const command = names.find((name) => name === words.slice(0, 2).join(" ")) ?? words[0];
  return { command, line, output, status, why };
}

function run(line) {
  const { stdout, status } = spawnSync("sh", ["-c", `{ ${line}\n} 2>&1`], {
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return { output: stdout, status: status ?? 1 };
}
