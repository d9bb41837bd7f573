import { describe, expect, test } from "vitest";
import { linesOf, sizeLines, verdictOf } from "../../scripts/bench/lines.mjs";
import { formatMarkdown, formatTable } from "../../scripts/bench/table.mjs";

const peers = ["Go", "netavark"];

/** What a contestant's ADD cost, so many milliseconds in each turn. */
function outcome(contestant: string, ...costs: object[]) {
  return { contestant, step: "ADD", costs };
}

function lineOf(asked: object, ...outcomes: object[]) {
  const contest = { name: "c", prepare: () => [], lines: [{ what: "ADD", step: "ADD", ...asked }] };
  const [line] = linesOf(contest as never, outcomes as never, peers);
  if (line === undefined) throw new Error("no line");
  return line;
}

const ours = outcome("bin", { milliseconds: 1 }, { milliseconds: 2 }, { milliseconds: 3 });
const theirs = outcome("Go", { milliseconds: 10 });

describe("a line", () => {
  test("has the medians of ours and of every peer", () => {
    const line = lineOf({}, ours, theirs, outcome("netavark", { milliseconds: 4 }));
    expect(line.ours?.median).toBe(2);
    expect(line.reference).toMatchObject({ name: "Go", figure: { median: 10 } });
    expect(line.others).toMatchObject([{ name: "netavark", figure: { median: 4 } }]);
  });

  test("that compares ours with ours has no peers", () => {
    const few = outcome("with 10", { milliseconds: 5 });
    const line = lineOf({ reference: "with 10" }, ours, theirs, few);
    expect(line.reference).toMatchObject({ name: "with 10", figure: { median: 5 } });
    expect(line.others).toEqual([]);
  });

  test("takes off what was there anyway", () => {
    const line = lineOf({ beyond: "true" }, ours, theirs, outcome("true", { milliseconds: 0.5 }));
    expect([line.ours?.median, line.reference.figure?.median]).toEqual([1.5, 9.5]);
  });

  test("can be of the slowest, in microseconds, or of memory", () => {
    const costs = outcome("bin", { milliseconds: 9, slowest: 2, kilobytes: 1500 });
    expect(lineOf({ of: "slowest" }, costs).ours?.median).toBe(2);
    expect(lineOf({ unit: "us" }, costs).ours?.median).toBe(9000);
    expect(lineOf({ unit: "MB" }, costs).ours?.median).toBe(1.5);
  });
});

describe("a limit", () => {
  test.each([
    [{ ratio: 0.2 }, "ok"],
    [{ ratio: 0.19 }, "over"],
    [{ most: 2 }, "ok"],
    [{ most: 1.9 }, "over"],
    [undefined, ""],
  ])("%j: %s", (limit, verdict) => {
    expect(verdictOf(lineOf({ limit }, ours, theirs))).toBe(verdict);
  });

  test("is not held where ours failed", () => {
    const failing = outcome("bin", { milliseconds: 1, failure: "status 1: no" });
    const line = lineOf({ limit: { ratio: 1 } }, failing, theirs);
    expect(verdictOf(line)).toBe("failed");
    expect(line.failure).toBe("1 of 1 failed: status 1: no");
  });

  test("on a ratio is not measured without the Go plugins, whoever else is there", () => {
    const line = lineOf({ limit: { ratio: 1 } }, ours, outcome("netavark", { milliseconds: 4 }));
    expect(verdictOf(line)).toBe("not measured");
  });
});

describe("the table", () => {
  test("has a column for each peer that was measured, with the ratio of the medians", () => {
    const line = lineOf({ limit: { ratio: 0.4 } }, ours, theirs, outcome("netavark", { milliseconds: 40 }));
    const [heads = "", , row = ""] = formatMarkdown([line]).split("\n");
    const cells = (text: string) => text.split("|").map((cell) => cell.trim());
    expect(cells(heads)).toEqual([
      "",
      "",
      "ours",
      "quartile",
      "Go",
      "quartile",
      "ratio",
      "netavark",
      "quartile",
      "ratio",
      "limit",
      "",
      "",
    ]);
    expect(cells(row).slice(1, -1)).toEqual([
      "ADD",
      "2.00 ms",
      "1.50 ms",
      "10.00 ms",
      "10.00 ms",
      "0.20",
      "40.00 ms",
      "40.00 ms",
      "0.050",
      "0.40 x",
      "ok",
    ]);
  });

  test("has none for a peer that was not", () => {
    expect(formatTable([lineOf({}, ours, theirs)])).not.toContain("netavark");
  });

  test("says who fails", () => {
    const failing = outcome("netavark", { milliseconds: 4, failure: "status 1: no" });
    expect(formatTable([lineOf({}, ours, theirs, failing)])).toMatch(/ netavark fails$/);
  });
});

test("sizes are in units of 1,000,000 bytes, and may be absent", () => {
  const [line] = sizeLines([{ name: "bridge", ours: 2_600_000, peers: { Go: undefined, other: 4_000_000 } }]);
  expect(line?.ours?.median).toBe(2.6);
  expect(line && verdictOf(line)).toBe("over");
  expect(line?.reference.figure).toBeUndefined();
  expect(line?.others).toMatchObject([{ name: "other", figure: { median: 4 } }]);
});
