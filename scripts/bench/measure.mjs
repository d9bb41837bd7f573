// Runs the contests, on a host of its own (see namespace.mjs), and prints what every run cost, as JSON.
//
// usage: node scripts/bench/measure.mjs '{"launcher": PATH, "directories": DIRECTORIES, "runs": NUMBER}'

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { keyOf, prepareContests } from "./contests.mjs";
import { launch } from "./launcher.mjs";

const { launcher, directories, runs } = JSON.parse(process.argv[2] ?? "");
const work = mkdtempSync("/run/bench-");

/** @type {Record<string, import("./launcher.mjs").Cost[]>} */
const costs = {};
for (const contest of prepareContests(directories, work)) {
  process.stderr.write(`${contest.name}: ${contest.contestants.map(({ name }) => name).join(", ")}\n`);
  // The first turn is not counted: it makes the bridge, and brings every file into the page cache.
  for (let run = 0; run <= runs; run++) {
    for (const { name, steps } of contest.contestants) {
      for (const step of steps) {
        const environment = { ...step.environment, ...step.prepare?.() };
        const cost = launch(launcher, { ...step, environment, output: join(work, "output") });
        const key = keyOf(contest.name, step.name, name);
        costs[key] ??= [];
        if (run > 0) costs[key].push(cost);
      }
    }
  }
}
console.log(JSON.stringify(costs));
