import { go } from "./contest.mjs";
import { verdictOf } from "./lines.mjs";

/**
 * A column of a table.
 *
 * @typedef {object} Column
 * @property {string} head
 * @property {boolean} [words] Whether words stand in it, which are set left, or numbers.
 * @property {(line: import("./lines.mjs").Line) => string} cell
 */

/**
 * The lines as a table for people: medians, lower quartiles, and the ratio of the medians.
 *
 * @param {readonly import("./lines.mjs").Line[]} lines
 * @returns {string}
 */
export function formatTable(lines) {
  const columns = columnsFor(lines);
  const rows = rowsOf(columns, lines);
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const pad = (cell, index) =>
    columns[index].words ? cell.padEnd(widths[index]) : cell.padStart(widths[index]);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

/**
 * The same table in Markdown.
 *
 * @param {readonly import("./lines.mjs").Line[]} lines
 * @returns {string}
 */
export function formatMarkdown(lines) {
  const columns = columnsFor(lines);
  const [heads, ...rows] = rowsOf(columns, lines);
  const rule = columns.map(({ words }) => (words ? "---" : "---:"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowsOf(columns, lines) {
  return [columns.map(({ head }) => head), ...lines.map((line) => columns.map(({ cell }) => cell(line)))];
}

/** Those that any of the lines has something for. @returns {Column[]} */
function columnsFor(lines) {
  const others = [
    ...new Set(lines.flatMap((line) => line.others.filter(wasMeasured).map(({ name }) => name))),
  ];
  return [
    { head: "", words: true, cell: ({ what }) => what },
    ...figureColumns("ours", ({ ours }) => ours),
    ...comparedColumns(go, ({ reference }) => reference),
    ...others.flatMap((name) =>
      comparedColumns(name, (line) => line.others.find((other) => other.name === name)),
    ),
    { head: "limit", cell: limitText },
    { head: "", words: true, cell: remarksOn },
  ];
}

function wasMeasured({ figure, failure }) {
  return figure !== undefined || failure !== undefined;
}

function figureColumns(head, find) {
  const text = (value, unit) => (value === undefined ? "-" : `${value.toFixed(2)} ${unit}`);
  return [
    { head, cell: (line) => text(find(line)?.median, line.unit) },
    { head: "quartile", cell: (line) => text(find(line)?.quartile, line.unit) },
  ];
}

function comparedColumns(name, find) {
  const figure = (line) => find(line)?.figure;
  const ratio = ({ ours }, other) =>
    ours && other && ours.median > 0 ? ratioText(ours.median / other.median) : "-";
  return [...figureColumns(name, figure), { head: "ratio", cell: (line) => ratio(line, figure(line)) }];
}

/** Two decimals, or as many as it takes to say something. */
function ratioText(ratio) {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

function limitText({ limit, unit }) {
  if (limit === undefined) return "";
  return "most" in limit ? `${limit.most} ${unit}` : `${limit.ratio.toFixed(2)} x`;
}

function remarksOn(line) {
  const failing = [line.reference, ...line.others].filter(({ failure }) => failure !== undefined);
  const remarks = [verdictOf(line), ...failing.map(({ name }) => `${name} fails`)];
  return remarks.filter((remark) => remark !== "").join(", ");
}
