/**
 * The values of ours and of the Go plugin in a panel of a plot.
 *
 * @param {import("../lines.mjs").Line[]} lines
 * @param {string} panel
 */
export function seriesOf(lines, panel) {
  const those = lines.filter(({ point }) => point?.panel === panel);
  return ["ours", "reference"].map((side) =>
    those.flatMap((line) => {
      const figure = line[side];
      return figure === undefined ? [] : [{ at: line.point.at, value: figure.median }];
    }),
  );
}
