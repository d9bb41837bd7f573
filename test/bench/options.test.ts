import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseOptions } from "../../scripts/bench/options.mjs";

const pages = [{ name: "few", contests: ["plain", "size"] }];
const contests = ["plain", "plain, 100 others", "10 leases", "size"];

function wanted(...words: string[]): string[] {
  const { isWanted } = parseOptions(words, pages);
  return contests.filter(isWanted);
}

test("without words, everything is measured, in 20 rounds, and nothing is written", () => {
  expect(parseOptions([], pages)).toMatchObject({ rounds: 20, write: false, help: false, plugins: [] });
  expect(wanted()).toEqual(contests);
});

describe("a pattern", () => {
  test("chooses the contests whose names match", () => {
    expect(wanted("^plain", "leases")).toEqual(["plain", "plain, 100 others", "10 leases"]);
  });

  test("that is a page's name chooses what the page is made of", () => {
    expect(wanted("few")).toEqual(["plain", "size"]);
  });

  test("that is the beginning of a page's name does not", () => {
    expect(wanted("fe")).toEqual([]);
  });
});

describe("--plugins", () => {
  const directory = mkdtempSync(join(tmpdir(), "lxc-cni-plugins-"));
  writeFileSync(join(directory, "bridge"), "");

  test("are called by their path", () => {
    expect(parseOptions(["--plugins", directory], pages).plugins).toEqual([{ name: directory, directory }]);
  });

  test("are called by the name that they are given, each of several", () => {
    const words = [`--plugins=old=${directory}`, "--plugins", `new=${directory}`];
    expect(parseOptions(words, pages).plugins).toEqual([
      { name: "old", directory },
      { name: "new", directory },
    ]);
  });

  test("may be in a directory with = in its name", () => {
    const odd = join(directory, "a=b");
    mkdirSync(odd);
    writeFileSync(join(odd, "bridge"), "");
    expect(parseOptions(["--plugins", odd], pages).plugins).toEqual([{ name: odd, directory: odd }]);
  });
});

test.each([
  [["--rounds", "0"], /--rounds is 0, not a count/],
  [["--rounds", "2.5"], /--rounds is 2\.5, not a count/],
  [["--rounds", "many"], /--rounds is many, not a count/],
  [["--plugins", "/nowhere"], /no bridge in \/nowhere/],
  [["--quick"], /--quick/],
  [["("], /regular expression/],
])("%j makes no sense", (words, message) => {
  expect(() => parseOptions(words, pages)).toThrow(message);
});
