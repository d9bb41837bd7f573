import { element, label } from "./element.mjs";

/** What is left of a panel for the plot, between the texts around it. */
export function areaOf({ width, height }) {
  return { left: 66, right: width - 14, top: 44, bottom: height - 48 };
}

/**
 * Draws what is around a plot: the panel's title, what stands on the axes, and the ticks, those of the vertical axis
 * with a line across.
 *
 * @param {import("./figure.mjs").Panel} panel
 * @param {{ left: number, right: number, top: number, bottom: number }} area
 * @param {{ at: number, text: string }[]} horizontal The ticks of the horizontal axis.
 * @param {{ at: number, text: string }[]} vertical Those of the vertical one.
 * @returns {string[]}
 */
export function drawAxes(panel, { left, right, top, bottom }, horizontal, vertical) {
  const middle = (top + bottom) / 2;
  return [
    label({ class: "panel", x: left, y: top - 16 }, panel.title),
    ...vertical.flatMap(({ at, text }) => [
      element("path", { class: "grid", d: `M${left} ${at}H${right}` }),
      label({ class: "tick end", x: left - 8, y: at + 4 }, text),
    ]),
    element("path", { class: "axis", d: `M${left} ${bottom}H${right}` }),
    ...horizontal.map(({ at, text }) => label({ class: "tick middle", x: at, y: bottom + 18 }, text)),
    label({ class: "note middle", x: (left + right) / 2, y: bottom + 38 }, panel.horizontal),
    label({ class: "note middle", transform: `translate(16 ${middle}) rotate(-90)` }, panel.vertical),
  ];
}

/** A number for people: `60,000`, `1.24`, `0.75`. */
export function numberText(value) {
  return Number(value.toPrecision(value < 1 ? 2 : 3)).toLocaleString("en-US", { maximumFractionDigits: 3 });
}
