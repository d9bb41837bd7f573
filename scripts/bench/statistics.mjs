/**
 * What many measurements come to.
 *
 * @typedef {object} Figure
 * @property {number} median
 * @property {number} quartile The lower one: what is undisturbed by what else the machine does.
 */

/** @returns {Figure} */
export function figureOf(values) {
  return { median: quantile(values, 0.5), quartile: quantile(values, 0.25) };
}

/** The value below which that part of all values lies; between two of them, in proportion. */
function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const below = Math.floor(position);
  const lower = sorted[below];
  const upper = sorted[Math.min(below + 1, sorted.length - 1)];
  return lower + (upper - lower) * (position - below);
}
