import { barPanel } from "./bars.mjs";
import { element, escaped, label } from "./element.mjs";
import { linePanel } from "./lines.mjs";
import { mark } from "./mark.mjs";

/**
 * A figure about what things cost, of which less is better: one panel or several, beside and below each other, with the same series in each.
 *
 * @typedef {object} Figure
 * @property {string} title
 * @property {string} description What it shows, for those who cannot see it.
 * @property {string[]} series Their names; at most five, in the order of their colours.
 * @property {number} [columns] How many panels are beside each other; two when absent.
 * @property {Panel[]} panels
 */

/**
 * A panel: lines over numbers, on logarithmic axes, or bars over names. All panels of lines have the same axes.
 *
 * @typedef {object} Panel
 * @property {"lines" | "bars"} kind
 * @property {string} title
 * @property {string} horizontal What stands on the horizontal axis, with its unit.
 * @property {string} vertical What stands on the vertical axis, with its unit.
 * @property {Value[][]} values Those of each series, from left to right.
 */

/**
 * @typedef {object} Value
 * @property {number | string} at A number for lines, a name for bars.
 * @property {number} value
 */

/** How the figure is divided, in pixels. */
const across = 860;
const down = 270;
const head = 64;
const margin = 12;

/** A panel of its own behind all of it, so that the picture reads on any background. */
const style = `
    text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1f2328; }
    .title { font-size: 16px; font-weight: 600; }
    .panel { font-size: 14px; font-weight: 600; }
    .note, .tick { fill: #57606a; }
    .tick { font-size: 12px; }
    .middle { text-anchor: middle; }
    .end { text-anchor: end; }
    .ground { fill: #ffffff; stroke: #d0d7de; }
    .grid { stroke: #d8dee4; }
    .axis { stroke: #57606a; }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .gap { stroke-dasharray: 3 4; }
    .series0 { color: #0969da; }
    .series1 { color: #bc4c00; }
    .series2 { color: #1a7f37; }
    .series3 { color: #8250df; }
    .series4 { color: #bf3989; }
    .line, .mark { stroke: currentColor; }
    .mark, .bar { fill: currentColor; }
    .name { fill: currentColor; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .note, .tick { fill: #9198a1; }
      .ground { fill: #0d1117; stroke: #3d444d; }
      .grid { stroke: #2a313c; }
      .axis { stroke: #9198a1; }
      .series0 { color: #58a6ff; }
      .series1 { color: #f0883e; }
      .series2 { color: #3fb950; }
      .series3 { color: #a371f7; }
      .series4 { color: #f778ba; }
    }
  `;

/**
 * Draws a figure.
 *
 * @param {Figure} figure
 * @returns {string} A document of SVG, which needs nothing else.
 */
export function drawFigure({ title, description, series, columns = 2, panels }) {
  const cell = { width: across / columns, height: down };
  const rows = Math.ceil(panels.length / columns);
  const width = 2 * margin + cell.width * Math.min(columns, panels.length);
  const height = head + cell.height * rows + margin;
  const ofLines = panels.filter(({ kind }) => kind === "lines").flatMap(({ values }) => values.flat());
  const drawn = panels.map((panel, index) => {
    const place = {
      x: margin + cell.width * (index % columns),
      y: head + cell.height * Math.floor(index / columns),
    };
    const draw = panel.kind === "lines" ? linePanel(panel, cell, ofLines) : barPanel(panel, cell);
    return element("g", { transform: `translate(${place.x} ${place.y})` }, ...draw);
  });
  const parts = [
    element("title", { id: "title" }, escaped(title)),
    element("desc", { id: "description" }, escaped(description)),
    element("style", {}, style),
    element("rect", { class: "ground", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    label({ class: "title", x: 20, y: 30 }, title),
    label({ class: "note end", x: width - 20, y: 30 }, "less is better"),
    ...legend(series),
    ...drawn,
  ];
  const frame = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-labelledby": "title description",
  };
  return `${element("svg", frame, ...parts.map((part) => `\n  ${part}`), "\n")}\n`;
}

function legend(series) {
  let left = 20;
  return series.map((name, index) => {
    const place = `translate(${left} 50)`;
    // As much as the widest letters take.
    left += 50 + 9 * name.length;
    return element(
      "g",
      { class: `series${index}`, transform: place },
      mark(index, 5, -4),
      label({ class: "name", x: 16, y: 0 }, name),
    );
  });
}
