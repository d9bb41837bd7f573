import { describe, expect, test } from "vitest";
import { drawFigure } from "../../scripts/bench/plot/figure.mjs";
import { linear, logarithmic } from "../../scripts/bench/plot/scale.mjs";

describe("a logarithmic axis", () => {
  test("makes equal ratios equally long, and ends at 1, 2 or 5 times a power of ten", () => {
    const { place, ticks } = logarithmic([0.7, 3, 340], [0, 300]);
    expect(ticks).toEqual([1, 10, 100]);
    expect(place(0.5)).toBeCloseTo(0);
    expect(place(500)).toBeCloseTo(300);
    expect(place(100) - place(10)).toBeCloseTo(place(10) - place(1));
  });

  test("has 0 a decade below the lowest other value", () => {
    const { place } = logarithmic([0, 10, 1000], [0, 300]);
    expect([0, 10, 100, 1000].map(place)).toEqual([0, 100, 200, 300].map((at) => expect.closeTo(at)));
  });
});

test("a logarithmic axis of one value has a length", () => {
  const { place, ticks } = logarithmic([10, 10], [0, 300]);
  expect(ticks).toEqual([10, 100]);
  expect(place(10)).toBe(0);
});

test.each([
  [
    [142, 275],
    [0, 100, 200, 300],
  ],
  [
    [0.03, 0.1],
    [0, 0.05, 0.1, 0.15],
  ],
  [[9.9], [0, 5, 10, 15]],
])("a linear axis for %j has its ticks at %j", (values, expected) => {
  const { place, ticks } = linear(values, [200, 0]);
  expect(ticks).toEqual(expected.map((tick) => expect.closeTo(tick)));
  expect(place(0)).toBe(200);
  expect(place(ticks.at(-1) ?? 0)).toBeCloseTo(0);
});

describe("a figure", () => {
  const figure = drawFigure({
    title: "a < b & c",
    description: "how it grows",
    series: ["ours", "theirs"],
    panels: [
      {
        kind: "lines",
        title: "ADD",
        horizontal: "leases",
        vertical: "milliseconds",
        values: [
          [
            { at: 0, value: 1 },
            { at: 10, value: 1 },
            { at: 1000, value: 1.25 },
          ],
          [
            { at: 10, value: 2 },
            { at: 1000, value: 200 },
          ],
        ],
      },
      {
        kind: "bars",
        title: "at once",
        horizontal: "calls",
        vertical: "milliseconds",
        values: [[{ at: "all", value: 50 }], [{ at: "all", value: 100 }]],
      },
    ],
  });

  test("has a mark for each value, higher ones further up", () => {
    const ours = [...figure.matchAll(/<circle class="mark" cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) =>
      Number(y),
    );
    // That of the legend is above its own corner.
    expect(ours).toHaveLength(3);
    const [zero = 0, ten = 0, thousand = 0] = ours;
    expect(zero).toBe(ten);
    expect(thousand).toBeLessThan(ten);
  });

  test("has bars that are as long as their values are high, and stand on the axis", () => {
    const bars = [
      ...figure.matchAll(/class="bar" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g),
    ];
    const [ours = [], theirs = []] = bars.map((bar) => bar.slice(1).map(Number));
    expect(theirs[1]).toBeCloseTo(2 * (ours[1] ?? 0), 1);
    expect((ours[0] ?? 0) + (ours[1] ?? 0)).toBeCloseTo((theirs[0] ?? 0) + (theirs[1] ?? 0), 1);
  });

  test("has a group of bars in the middle of its place, whoever is in it", () => {
    const panel = {
      kind: "bars" as const,
      title: "ADD",
      horizontal: "calls",
      vertical: "milliseconds",
      values: [
        [
          { at: "a", value: 1 },
          { at: "b", value: 1 },
        ],
        [{ at: "a", value: 1 }],
        [{ at: "a", value: 1 }],
      ],
    };
    const drawn = drawFigure({ title: "", description: "", series: ["x", "y", "z"], panels: [panel] });
    const bars = [...drawn.matchAll(/class="bar" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map((bar) =>
      bar.slice(1).map(Number),
    );
    const middles = bars.map(([left = 0, width = 0]) => left + width / 2);
    const ticks = [...drawn.matchAll(/class="tick middle" x="([\d.]+)"/g)].map(([, x]) => Number(x));
    expect(bars).toHaveLength(4);
    // Of three, the second is in the middle; one alone is, too.
    expect([middles[1], middles[3]]).toEqual(ticks.map((tick) => expect.closeTo(tick)));
  });

  test("says the last number of each line, and that of each bar", () => {
    const names = [...figure.matchAll(/<text class="name[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(names).toEqual(["ours", "theirs", "200", "1.25", "50", "100"]);
  });

  test("draws the way from 0 to the next value as a gap", () => {
    expect(figure.match(/class="line gap"/g)).toHaveLength(1);
  });

  test("keeps texts from being taken for marks", () => {
    expect(figure).toContain('<title id="title">a &lt; b &amp; c</title>');
    expect(figure).not.toMatch(/NaN|undefined|Infinity/);
  });
});
