// Holds a contest, on a host of its own (see namespace.mjs), and prints what every step cost, as JSON.
//
// usage: node scripts/bench/measure.mjs '{"contest": NAME, "rounds": NUMBER, ...}', with what a Place has, but for `work`

import { mkdtempSync } from "node:fs";
import { contests } from "./contests.mjs";
import { pause } from "./namespace.mjs";

/**
 * What taking a contestant's step cost; there is one for each turn.
 *
 * @typedef {object} Outcome
 * @property {string} contestant
 * @property {string} step
 * @property {import("./contest.mjs").Cost[]} costs
 */

/** How long everything rests before a step, in milliseconds: what the kernel does later is no part of the next step. */
const rest = 20;

const { contest: name, rounds, ...place } = JSON.parse(process.argv[2] ?? "");
const contest = contests.find((each) => each.name === name);
const work = mkdtempSync("/run/bench-");
console.log(JSON.stringify(hold(contest, { ...place, work }, rounds)));

/** @returns {Outcome[]} */
function hold({ prepare, share = 1, once = false }, place, rounds) {
  const contestants = prepare(place);
  const outcomes = [];
  const failing = new Set();
  const turns = once ? 1 : 1 + Math.max(3, Math.round(rounds * share));
  for (let turn = 0; turn < turns; turn++) {
    // Whoever comes second finds what the first one has left to the kernel to do.
    for (const contestant of turn % 2 === 0 ? contestants : contestants.toReversed()) {
      for (const step of contestant.steps.filter((each) => !failing.has(each))) {
        const costs = attempt(step);
        const failed = costs.some(({ failure }) => failure !== undefined);
        // The first turn makes the bridge, and brings every file into the page cache.
        if (turn > 0 || once || failed)
          outcomes.push({ contestant: contestant.name, step: step.name, costs });
        if (!failed || place.peers.some((peer) => peer.name === contestant.name)) continue;
        // What ours cannot do need not be timed, nor what builds on it; others are timed as they are.
        for (const each of step === contestant.steps[0] ? contestant.steps : [step]) failing.add(each);
        if (step === contestant.steps[0]) break;
      }
    }
  }
  return outcomes;
}

function attempt(step) {
  pause(rest);
  try {
    return step.run();
  } catch (error) {
    return [{ failure: error.message }];
  }
}
