import { describe, expect, test } from "vitest";
import type { Options, Parameter } from "../../lxc/command-line/command.ts";
import { parseWords } from "../../lxc/command-line/parse-words.ts";

const options = {
  json: { kind: "flag", does: "print JSON" },
  quiet: { kind: "flag", short: "q", does: "print nothing" },
  "lxc-path": { kind: "value", short: "P", value: "DIR", does: "look there", completes: "directory" },
  timeout: { kind: "value", value: "SECONDS", does: "end by then", completes: "nothing" },
  "net-dir": { kind: "list", value: "DIR", does: "look there", completes: "directory" },
} as const satisfies Options;

function parse(words: readonly string[], ...counts: Parameter["count"][]) {
  const parameters = counts.map((count, index) => ({
    name: `WORD${index}`,
    count,
    completes: "nothing" as const,
  }));
  return parseWords({ name: "try", parameters, options }, words);
}

describe("the words of a command", () => {
  test("may be none: flags are off, values absent, lists empty", () => {
    expect(parse([])).toEqual({
      words: [],
      options: { json: false, quiet: false, "lxc-path": undefined, timeout: undefined, "net-dir": [] },
    });
  });

  test("mix with options, whose values stand after = or in the next word", () => {
    const { words, options } = parse(
      ["a", "--json", "--timeout=5", "b", "--net-dir", "/x", "--net-dir=/y=z"],
      "any",
    );
    expect(words).toEqual(["a", "b"]);
    expect(options).toMatchObject({ json: true, timeout: "5", "net-dir": ["/x", "/y=z"] });
  });

  test("have short forms of options", () => {
    const { words, options } = parse(["-q", "a", "-P", "/x"], "any");
    expect(words).toEqual(["a"]);
    expect(options).toMatchObject({ quiet: true, "lxc-path": "/x" });
  });

  test("are no options after --, and - alone is none", () => {
    expect(parse(["-", "--", "--json", "-x"], "any")).toMatchObject({
      words: ["-", "--json", "-x"],
      options: { json: false },
    });
  });

  test("that are values may look like options, and be empty", () => {
    expect(parse(["--timeout", "--json"]).options).toMatchObject({ timeout: "--json", json: false });
    expect(parse(["--timeout="]).options.timeout).toBe("");
  });

  test.each([
    [["--jso"], "try has no option --jso"],
    [["-j"], "try has no option -j"],
    [["-undefined"], "try has no option -undefined"],
    [["-P/x"], "try has no option -P/x"],
    [["-P", "/x", "--lxc-path=/y"], "--lxc-path is given twice"],
    [["-P"], "--lxc-path needs a value: --lxc-path DIR"],
    [["--__proto__"], "try has no option --__proto__"],
    [["--constructor=1"], "try has no option --constructor=1"],
    [["--timeout"], "--timeout needs a value: --timeout SECONDS"],
    [["--json=yes"], "--json takes no value"],
    [["--json", "--json"], "--json is given twice"],
    [["--timeout=1", "--timeout=2"], "--timeout is given twice"],
  ])("%j: %s", (words, message) => {
    expect(() => parse(words, "any")).toThrow(message);
  });

  test("are as many as the command takes", () => {
    expect(() => parse([], "one")).toThrow("try needs WORD0");
    expect(() => parse(["a"], "one", "some")).toThrow("try needs WORD1");
    expect(() => parse(["a", "b"], "one")).toThrow('try does not know what to do with "b"');
    expect(() => parse(["a", "b"], "optional")).toThrow('"b"');
    expect(parse([], "optional").words).toEqual([]);
    expect(parse(["a", "b", "c"], "one", "some").words).toEqual(["a", "b", "c"]);
  });
});
