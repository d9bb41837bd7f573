import { expect, test } from "vitest";
import { figureOf } from "../../scripts/bench/statistics.mjs";

test.each([
  [[3, 1, 2], { median: 2, quartile: 1.5 }],
  [[10, 2, 1, 100], { median: 6, quartile: 1.75 }],
  [[7], { median: 7, quartile: 7 }],
])("of %j, half are below the median, a quarter below the quartile", (values, figure) => {
  expect(figureOf(values)).toEqual(figure);
});

test("one that took very long changes nothing", () => {
  expect(figureOf([1, 2, 3, 4, 5000])).toEqual(figureOf([1, 2, 3, 4, 5]));
});
