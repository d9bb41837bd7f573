import { go } from "../contest.mjs";

/**
 * What a plot can show of some lines: ours, the Go plugins, and whatever else was measured.
 *
 * @param {import("../lines.mjs").Line[]} lines
 */
export function seriesOf(lines) {
  const others = lines.flatMap((line) => line.others.filter(({ figure }) => figure !== undefined));
  const series = [
    { name: "lxc-cni", figure: (line) => line.ours },
    { name: "Go plugins", figure: ({ reference }) => (reference.name === go ? reference.figure : undefined) },
    ...[...new Set(others.map(({ name }) => name))].map((name) => ({
      name,
      figure: (line) => line.others.find((other) => other.name === name)?.figure,
    })),
  ];
  return {
    names: series.map(({ name }) => name),
    /**
     * The values of each series in a panel.
     *
     * @param {(point: import("../contest.mjs").Point) => string | number | undefined} at Where a line stands on the panel's
     *   horizontal axis; undefined where it is not in it.
     * @returns {import("../plot/figure.mjs").Value[][]}
     */
    values: (at) =>
      series.map(({ figure }) =>
        lines.flatMap((line) => {
          const value = figure(line)?.median;
          const place = line.point && at(line.point);
          return value === undefined || place === undefined ? [] : [{ at: place, value }];
        }),
      ),
  };
}
