import { keyOf } from "./contests.mjs";
import { median } from "./statistics.mjs";

/**
 * A line of the table: what is compared, and what was stated about it.
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {"ms" | "MB"} unit
 * @property {Figure | undefined} ours
 * @property {Figure | undefined} go undefined where there is none to compare with.
 * @property {Limit} [limit]
 */

/** @typedef {{ median: number, min: number }} Figure */

/**
 * What must hold for the medians: ours is at most `most` (in the line's unit), or at most `ratio` times that of Go.
 *
 * @typedef {{ most: number } | { ratio: number }} Limit
 */

/**
 * The lines of the table.
 *
 * @param {Record<string, import("./launcher.mjs").Cost[]>} costs What measure.mjs printed.
 * @param {{ name: string, ours: number, go: number | undefined }[]} sizes Of the executables, in bytes.
 * @returns {Line[]}
 */
export function linesOf(costs, sizes) {
  const figure = (unit, contest, step, contestant) => {
    const runs = costs[keyOf(contest, step, contestant)];
    return runs && figureOf(runs.map((cost) => (unit === "ms" ? cost.milliseconds : cost.kilobytes / 1000)));
  };
  const line = (what, unit, contest, step, { limit, name = "bin" } = {}) => ({
    what,
    unit,
    limit,
    ours: figure(unit, contest, step, name),
    go: figure(unit, contest, step, "go"),
  });
  const overTrue = (name) =>
    difference(figure("ms", "start", "VERSION", name), figure("ms", "start", "VERSION", "true"));
  const others = ["bin with iproute2", "js"];

  return [
    {
      what: "VERSION, more than /bin/true",
      unit: "ms",
      limit: { most: 2 },
      ours: overTrue("bin"),
      go: overTrue("go"),
    },
    line("ADD with ipMasq", "ms", "ipMasq", "ADD", { limit: { ratio: 0.4 } }),
    line("DEL with ipMasq", "ms", "ipMasq", "DEL", { limit: { ratio: 0.6 } }),
    ...sizes.map(({ name, ours, go }) => ({
      what: `size of ${name}`,
      unit: "MB",
      limit: { most: 2.5 },
      ours: figureOf([ours / 1e6]),
      go: go && figureOf([go / 1e6]),
    })),
    line("memory of bridge, ADD with ipMasq", "MB", "ipMasq", "ADD", { limit: { most: 4 } }),
    line("memory of host-local, ADD", "MB", "host-local", "ADD", { limit: { most: 4 } }),
    line("memory of lxc-cni, start-host", "MB", "hook", "start-host", { limit: { most: 4 } }),
    line("ADD without ipMasq", "ms", "no ipMasq", "ADD"),
    line("DEL without ipMasq", "ms", "no ipMasq", "DEL"),
    line("host-local ADD", "ms", "host-local", "ADD"),
    line("host-local DEL", "ms", "host-local", "DEL"),
    line("lxc-cni hook, start-host", "ms", "hook", "start-host"),
    line("lxc-cni hook, stop", "ms", "hook", "stop"),
    ...others.flatMap((name) => [
      line(`${name}: VERSION`, "ms", "start", "VERSION", { name }),
      line(`${name}: ADD with ipMasq`, "ms", "ipMasq", "ADD", { name }),
      line(`${name}: DEL with ipMasq`, "ms", "ipMasq", "DEL", { name }),
    ]),
  ];
}

/** @returns {Figure} */
function figureOf(values) {
  return { median: median(values), min: Math.min(...values) };
}

/** @returns {Figure | undefined} */
function difference(a, b) {
  return a && b && { median: a.median - b.median, min: a.min - b.min };
}

/**
 * What became of what was stated.
 *
 * @param {Line} line
 * @returns {"kept" | "missed" | "not measured" | ""} Empty where nothing was stated.
 */
export function verdictOf({ ours, go, limit }) {
  if (limit === undefined) return "";
  const most = "most" in limit ? limit.most : go && go.median * limit.ratio;
  if (ours === undefined || most === undefined) return "not measured";
  return ours.median <= most ? "kept" : "missed";
}
