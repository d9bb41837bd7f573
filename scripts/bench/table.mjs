import { verdictOf } from "./lines.mjs";

const heads = ["", "ours", "quartile", "Go", "quartile", "ratio", "limit", ""];

/**
 * The lines as a table for people: medians, lower quartiles, and the ratio of the medians.
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

/**
 * The same table in Markdown.
 *
 * @param {readonly import("./lines.mjs").Line[]} lines
 * @returns {string}
 */
export function formatMarkdown(lines) {
  const rule = heads.map((_, column) => (isOfWords(column) ? "---" : "---:"));
  return [heads, rule, ...lines.map(cellsOf)].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Words stand left, numbers right. */
function pad(cell, width, column) {
  return isOfWords(column) ? cell.padEnd(width) : cell.padStart(width);
}

function isOfWords(column) {
  return column === 0 || column === heads.length - 1;
}

function cellsOf(line) {
  const { what, unit, ours, reference, limit, referenceFailure } = line;
  const number = (value) => (value === undefined ? "-" : `${value.toFixed(2)} ${unit}`);
  const remarks = [verdictOf(line), referenceFailure === undefined ? "" : "Go fails"];
  return [
    what,
    number(ours?.median),
    number(ours?.quartile),
    number(reference?.median),
    number(reference?.quartile),
    ours && reference && ours.median > 0 ? ratioText(ours.median / reference.median) : "-",
    limit === undefined ? "" : "most" in limit ? `${limit.most} ${unit}` : `${limit.ratio.toFixed(2)} x`,
    remarks.filter((remark) => remark !== "").join(", "),
  ];
}

/** Two decimals, or as many as it takes to say something. */
function ratioText(ratio) {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}
