/**
 * Where values stand on an axis.
 *
 * @typedef {object} Scale
 * @property {(value: number) => number} place The coordinate of a value.
 * @property {number[]} ticks Values to mark, from low to high.
 */

/**
 * An axis on which equal ratios are equally long. 0, which has no place on it, stands a decade below the lowest other
 * value.
 *
 * @param {readonly number[]} values What is to be on it.
 * @param {readonly [number, number]} ends The coordinates of its ends.
 * @returns {Scale} With a tick for each power of ten.
 */
export function logarithmic(values, ends) {
  const positive = values.filter((value) => value > 0);
  const low = Math.min(...positive) / (positive.length < values.length ? 10 : 1);
  const from = exponentOf(low, "down");
  const up = exponentOf(Math.max(...positive), "up");
  // Where there is but one value, its axis has a length all the same.
  const to = up > from ? up : from + 1;
  const place = (value) => between(ends, (Math.log10(value === 0 ? low : value) - from) / (to - from));
  const decades = Array.from(
    { length: Math.floor(to) - Math.ceil(from) + 1 },
    (_, step) => Math.ceil(from) + step,
  );
  return { place, ticks: decades.map((exponent) => 10 ** exponent) };
}

/**
 * An axis from 0 on which equal differences are equally long, with some room behind the highest value.
 *
 * @param {readonly number[]} values What is to be on it.
 * @param {readonly [number, number]} ends The coordinates of its ends.
 * @returns {Scale} With three to six ticks, at round numbers.
 */
export function linear(values, ends) {
  const highest = 1.08 * Math.max(...values);
  const decade = 10 ** Math.floor(Math.log10(highest / 5));
  const step = decade * ([1, 2, 5].find((factor) => highest / (factor * decade) <= 5) ?? 10);
  const count = Math.ceil(highest / step);
  return {
    place: (value) => between(ends, value / (step * count)),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** The exponent of the next value outwards that is 1, 2 or 5 times a power of ten. */
function exponentOf(value, outwards) {
  const decade = Math.floor(Math.log10(value));
  const exponents = [1, 2, 5, 10].map((factor) => decade + Math.log10(factor));
  return outwards === "down"
    ? exponents.findLast((exponent) => 10 ** exponent <= value * (1 + tolerance))
    : exponents.find((exponent) => 10 ** exponent >= value * (1 - tolerance));
}

/** By how much a power may be off because of how numbers are kept. */
const tolerance = 1e-9;

function between([from, to], part) {
  return from + (to - from) * part;
}
