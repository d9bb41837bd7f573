import { describe, expect, test } from "vitest";
import { contests } from "../../scripts/bench/contests.mjs";
import { linesOf, sizeLines } from "../../scripts/bench/lines.mjs";
import { pages } from "../../scripts/bench/pages.mjs";
import { filesOf } from "../../scripts/bench/write-page.mjs";

const peers = ["Go", "netavark", "more"];
const circumstances = { rounds: 7, peers: [{ name: "Go", description: "of an example" }] };

/** The lines of a contest in which everybody's steps took 1 ms and 1 MB. */
function linesFor(name: string) {
  if (name === "size") {
    const sizes = { ours: 1e6, peers: { Go: 2e6 } };
    return sizeLines(["bridge", "host-local"].map((executable) => ({ name: executable, ...sizes })));
  }
  const contest = contests.find((each) => each.name === name);
  if (contest === undefined) throw new Error(`no contest ${name}`);
  const contestants = (line: { ours?: string; reference?: string }) => [
    line.ours ?? "bin",
    ...(line.reference === undefined ? peers : [line.reference]),
  ];
  const outcomes = contest.lines.flatMap((line) =>
    contestants(line).map((contestant) => ({
      contestant,
      step: line.step,
      costs: [{ milliseconds: 1, slowest: 1, kilobytes: 1000 }],
    })),
  );
  return linesOf(contest, outcomes, peers);
}

test("no two contests and no two pages have one name", () => {
  for (const names of [contests, pages].map((those) => those.map(({ name }) => name)))
    expect(names).toEqual([...new Set(names)]);
});

describe.each(pages.map((page) => [page.name, page] as const))("%s", (name, page) => {
  const lines = page.contests.flatMap(linesFor);
  const figure = page.figure(lines.filter((line) => page.shows?.(line) ?? true));
  const [plot, text] = filesOf(page, lines, circumstances);

  test("has a panel for values of ours in each place, and says what is on its axes", () => {
    for (const panel of figure.panels) {
      expect(panel.values[0]?.length).toBeGreaterThan(1);
      expect(panel.horizontal && panel.vertical && panel.title).toBeTruthy();
      expect(panel.values).toHaveLength(figure.series.length);
    }
  });

  test("has a value in no place of a panel twice", () => {
    for (const values of figure.panels.flatMap((panel) => panel.values)) {
      const places = values.map(({ at }) => at);
      expect(places).toEqual([...new Set(places)]);
    }
  });

  test("is a plot with its table, and says how it was measured", () => {
    expect(plot?.name).toBe(`${name}.svg`);
    expect(plot?.text).toContain(figure.title.replaceAll("&", "&amp;"));
    expect(plot?.text).not.toMatch(/NaN|undefined|Infinity/);
    expect(text?.text).toContain(`](${name}.svg)`);
    expect(text?.text).toContain("of 7 rounds");
    expect(text?.text).toContain("Go: of an example.");
    expect(text?.text).toContain(`npm run bench -- --write ${name}`);
    for (const { what, unit } of lines.filter((line) => page.shows?.(line) ?? true))
      expect(text?.text).toMatch(new RegExp(`^\\| ${what} \\| .* ${unit} \\|`, "m"));
  });
});
