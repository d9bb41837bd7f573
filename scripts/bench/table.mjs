import { verdictOf } from "./lines.mjs";

const heads = ["", "ours", "min", "Go", "min", "ours / Go", "limit", ""];

/**
 * The lines as a table for people.
 *
 * @param {readonly import("./lines.mjs").Line[]} lines
 * @returns {string}
 */
export function formatTable(lines) {
  const rows = [heads, ...lines.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column], column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Words stand left, numbers right. */
function pad(cell, width, column) {
  return column === 0 || column === heads.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function cellsOf(line) {
  const { what, unit, ours, go, limit } = line;
  const number = (value) => (value === undefined ? "-" : `${value.toFixed(2)} ${unit}`);
  return [
    what,
    number(ours?.median),
    number(ours?.min),
    number(go?.median),
    number(go?.min),
    ours && go ? (ours.median / go.median).toFixed(2) : "-",
    limit === undefined ? "" : "most" in limit ? `${limit.most} ${unit}` : `${limit.ratio} x Go`,
    verdictOf(line),
  ];
}
