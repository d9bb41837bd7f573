import { go } from "./contest.mjs";
import { figureOf } from "./statistics.mjs";

/**
 * A line of the table: what is compared, and what was stated about it.
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {"ms" | "us" | "MB"} unit
 * @property {import("./statistics.mjs").Figure} [ours]
 * @property {import("./statistics.mjs").Figure} [reference] undefined where there is none to compare with.
 * @property {string} [failure] Why ours failed.
 * @property {string} [referenceFailure] Why the reference failed; it was timed all the same.
 * @property {Limit} [limit]
 * @property {import("./contest.mjs").Point} [point]
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
 * @returns {Line[]}
 */
export function linesOf(contest, outcomes) {
  return contest.lines.map((line) => {
    const { what, step, unit = "ms", of, ours = "bin", reference = go, beyond, limit, point } = line;
    const find = (contestant) =>
      outcomes
        .filter((outcome) => outcome.contestant === contestant && outcome.step === step)
        .flatMap(({ costs }) => costs)
        .map((cost) => (of === "slowest" ? { ...cost, milliseconds: cost.slowest } : cost));
    const figure = (contestant) => difference(figureIn(unit, find(contestant)), figureIn(unit, find(beyond)));
    return {
      what,
      unit,
      limit,
      point,
      ours: figure(ours),
      reference: figure(reference),
      failure: failureIn(find(ours)),
      referenceFailure: failureIn(find(reference)),
    };
  });
}

/**
 * The sizes of the executables.
 *
 * @param {{ name: string, ours: number, go: number | undefined }[]} sizes In bytes.
 * @returns {Line[]}
 */
export function sizeLines(sizes) {
  return sizes.map(({ name, ours, go }) => ({
    what: `size of ${name}`,
    unit: "MB",
    limit: { most: name === "lxc-cni" ? 3 : 2.5 },
    ours: figureOf([ours / 1e6]),
    reference: go && figureOf([go / 1e6]),
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
  const most = "most" in limit ? limit.most : reference && reference.median * limit.ratio;
  if (ours === undefined || most === undefined) return "not measured";
  return ours.median <= most ? "ok" : "over";
}
