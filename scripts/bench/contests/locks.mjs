import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const directory = fileURLToPath(new URL("../locks/", import.meta.url));

/**
 * The kernel's locks, as the plugins take them, compared with the usual ones of Node.js, which are directories whose
 * holders touch them now and then. What is measured is the time within the programs, without their start.
 *
 * @type {import("../contest.mjs").Contest[]}
 */
export const lockContests = [
  {
    name: "lock, free",
    share: 0.5,
    prepare: (place) => contestantsOf(place, "taken 1000 times", takeFree),
    lines: [lineOf("1000 times flock, compared with proper-lockfile", "taken 1000 times")],
  },
  {
    name: "lock, holder killed",
    once: true,
    prepare: (place) => contestantsOf(place, "taken", takeFromKilled),
    lines: [lineOf("flock whose holder was killed, compared with proper-lockfile", "taken")],
  },
];

function lineOf(what, step) {
  return { what, step, ours: "flock", reference: "proper-lockfile" };
}

function contestantsOf({ work }, step, cost) {
  execFileSync(process.execPath, [join(directory, "build.mjs"), work], { stdio: "inherit" });
  const contestant = (name, argv) => ({
    name,
    steps: [{ name: step, run: () => [cost([...argv, join(work, `${name}.lock`)])] }],
  });
  return [
    contestant("flock", [join(work, "bin/flock")]),
    contestant("proper-lockfile", [process.execPath, join(directory, "proper-lockfile.mjs")]),
  ];
}

function takeFree(argv) {
  return { milliseconds: Number(execFileSync(argv[0], [...argv.slice(1), "free"], { encoding: "utf8" })) };
}

/** Has one process take the lock and be killed, and another one take it then. */
function takeFromKilled(argv) {
  const script = `coproc holder { exec "$@" hold; }
read -r _ <&"\${holder[0]}"
kill -KILL "$holder_PID"
exec "$@" take`;
  return {
    milliseconds: Number(execFileSync("bash", ["-c", script, "bash", ...argv], { encoding: "utf8" })),
  };
}
