import { go } from "./contest.mjs";
import { figureOf } from "./statistics.mjs";

/**
 * A line of the table: what is compared, and what was stated about it.
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {"ms" | "us" | "MB"} unit
 * @property {import("./statistics.mjs").Figure} [ours]
 * @property {Compared} reference What the limit is about.
 * @property {Compared[]} others What else it is compared with.
 * @property {string} [failure] Why ours failed.
 * @property {Limit} [limit]
 * @property {import("./contest.mjs").Point} [point]
 */

/**
 * What ours is compared with.
 *
 * @typedef {object} Compared
 * @property {string} name Of the contestant.
 * @property {import("./statistics.mjs").Figure} [figure] undefined where there is none.
 * @property {string} [failure] Why it failed; it was timed all the same.
 */

/**
 * What must hold for the medians: ours is at most `most` (in the line's unit), or at most `ratio` times the reference.
 *
 * @typedef {{ most: number } | { ratio: number }} Limit
 */

/**
 * The lines that a contest asks for.
 *
 * @param {import("./contest.mjs").Contest} contest
 * @param {import("./measure.mjs").Outcome[]} outcomes What measure.mjs printed.
 * @param {readonly string[]} peers The names of all that it is compared with, of the Go plugins, too.
 * @returns {Line[]}
 */
export function linesOf(contest, outcomes, peers) {
  return contest.lines.map((line) => {
    const { what, step, unit = "ms", of, ours = "bin", reference, beyond, limit, point } = line;
    const find = (contestant) =>
      outcomes
        .filter((outcome) => outcome.contestant === contestant && outcome.step === step)
        .flatMap(({ costs }) => costs)
        .map((cost) => (of === "slowest" ? { ...cost, milliseconds: cost.slowest } : cost));
    const figure = (contestant) => difference(figureIn(unit, find(contestant)), figureIn(unit, find(beyond)));
    const compared = (name) => ({ name, figure: figure(name), failure: failureIn(find(name)) });
    return {
      what,
      unit,
      limit,
      point,
      ours: figure(ours),
      reference: compared(reference ?? go),
      others: reference === undefined ? peers.filter((peer) => peer !== go).map(compared) : [],
      failure: failureIn(find(ours)),
    };
  });
}

/**
 * The sizes of the executables.
 *
 * @param {{ name: string, ours: number, peers: Record<string, number | undefined> }[]} sizes In bytes; those of peers by
 *   their names.
 * @returns {Line[]}
 */
export function sizeLines(sizes) {
  const figure = (bytes) => (bytes === undefined ? undefined : figureOf([bytes / 1e6]));
  return sizes.map(({ name, ours, peers: { [go]: reference, ...others } }) => ({
    what: `size of ${name}`,
    unit: "MB",
    limit: { most: name === "lxc-cni" ? 3 : 2.5 },
    point: { size: name },
    ours: figure(ours),
    reference: { name: go, figure: figure(reference) },
    others: Object.entries(others).map(([peer, bytes]) => ({ name: peer, figure: figure(bytes) })),
  }));
}

function figureIn(unit, costs) {
  const values = costs
    .filter(({ milliseconds }) => milliseconds !== undefined)
    .map((cost) => inUnit(unit, cost));
  return values.length === 0 ? undefined : figureOf(values);
}

function inUnit(unit, { milliseconds, kilobytes }) {
  switch (unit) {
    case "ms":
      return milliseconds;
    case "us":
      return milliseconds * 1000;
    case "MB":
      return kilobytes / 1000;
  }
}

function difference(figure, less) {
  if (figure === undefined || less === undefined) return figure;
  return { median: figure.median - less.median, quartile: figure.quartile - less.quartile };
}

/** How many failed, and what one of them said. */
function failureIn(costs) {
  const failures = costs.flatMap(({ failure }) => failure ?? []);
  return failures.length === 0 ? undefined : `${failures.length} of ${costs.length} failed: ${failures[0]}`;
}

/**
 * What became of what was stated.
 *
 * @param {Line} line
 * @returns {"ok" | "over" | "failed" | "not measured" | ""} Empty where nothing was stated.
 */
export function verdictOf({ ours, reference, failure, limit }) {
  if (failure !== undefined) return "failed";
  if (limit === undefined) return "";
  const most = "most" in limit ? limit.most : reference.figure && reference.figure.median * limit.ratio;
  if (ours === undefined || most === undefined) return "not measured";
  return ours.median <= most ? "ok" : "over";
}
