import { areaOf, drawAxes, numberText } from "./axes.mjs";
import { element, label } from "./element.mjs";
import { mark } from "./mark.mjs";
import { logarithmic } from "./scale.mjs";

/**
 * A panel of lines on logarithmic axes. Whatever was measured has a mark; the last of a line also has its number.
 *
 * @param {import("./figure.mjs").Panel} panel
 * @param {{ width: number, height: number }} cell Its size.
 * @param {import("./figure.mjs").Value[]} all What is to have room on the axes, which are those of other panels, too.
 * @returns {string[]} Elements; the panel's corner is at 0, 0.
 */
export function linePanel(panel, cell, all) {
  const area = areaOf(cell);
  const abscissas = [...new Set(all.map(({ at }) => at))].sort((a, b) => a - b);
  const x = logarithmic(abscissas, [area.left + 8, area.right - 46]);
  const y = logarithmic(
    all.map(({ value }) => value),
    [area.bottom, area.top],
  );
  const horizontal = abscissas.map((at) => ({ at: x.place(at), text: numberText(at) }));
  const vertical = y.ticks.map((value) => ({ at: y.place(value), text: numberText(value) }));
  const curves = panel.values.map((values) =>
    values.map(({ at, value }) => ({ value, isZero: at === 0, x: x.place(at), y: y.place(value) })),
  );
  return [
    ...drawAxes({ ...panel, vertical: `${panel.vertical}, logarithmic` }, area, horizontal, vertical),
    ...curves.map((points, series) =>
      element(
        "g",
        { class: `series${series}` },
        ...lineThrough(points),
        ...points.map((point) => mark(series, point.x, point.y)),
      ),
    ),
    ...numbersBehind(curves),
  ];
}

/** What leads from 0 to the next point leads across a gap in the axis. */
function lineThrough(points) {
  const [first, second] = points;
  const hasGap = first?.isZero && second !== undefined;
  const solid = hasGap ? points.slice(1) : points;
  return [
    ...(hasGap ? [element("path", { class: "line gap", d: pathOf([first, second]) })] : []),
    element("path", { class: "line", d: pathOf(solid) }),
  ];
}

function pathOf(points) {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

/** The last number of each line, beside its mark; as far apart as it takes to read them. */
function numbersBehind(curves) {
  const ends = curves
    .map((points, series) => ({ ...points.at(-1), series }))
    .filter(({ value }) => value !== undefined)
    .sort((a, b) => a.y - b.y);
  let above = Number.NEGATIVE_INFINITY;
  return ends.map(({ x, y, value, series }) => {
    above = Math.max(y + 4, above + lineHeight);
    const text = label({ class: "name", x: x + 8, y: above }, numberText(value));
    return element("g", { class: `series${series}` }, text);
  });
}

const lineHeight = 15;

function round(coordinate) {
  return Math.round(coordinate * 100) / 100;
}
