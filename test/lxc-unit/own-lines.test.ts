import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configurationOf, configuredLinks, lastValueOf } from "../../lxc/container/configuration.ts";
import { splitOwnLines, withOwnLines } from "../../lxc/enable/own-lines.ts";
import { linesFor, linkLines, type OtherLinks } from "../../lxc/enable/wanted-lines.ts";
import { hookLinesOf } from "../../lxc/hook/lines.ts";
import { parseHookWords } from "../../lxc/hook/words.ts";

/** Files as people and programs write them, with and without an end of the last line. */
const file = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "lxc.net.0.type = veth",
        "lxc.net.0.link = lxcbr0",
        "lxc.include = /etc/lxc/x.conf",
        "# Grüße",
        "lxc.hook.stop =",
        "  ",
        "lxc.uts.name=web\r",
      ),
      fc.string().filter((text) => !text.includes("\n") && !text.startsWith("# lxc-cni")),
    ),
  )
  .chain((lines) =>
    fc.boolean().map((isEnded) => lines.join("\n") + (isEnded && lines.length > 0 ? "\n" : "")),
  );

const lines = ["lxc.net.0.type = empty", "lxc.hook.start-host = /usr/bin/lxc-cni hook simplenet"];

describe("our lines in a configuration", () => {
  test("leave, when they go, the bytes of before", () => {
    fc.assert(
      fc.property(file, (text) => {
        const edited = withOwnLines(text, lines);
        expect(edited.startsWith(text)).toBe(true);
        expect(splitOwnLines(edited)).toEqual({ rest: text, own: lines });
        expect(splitOwnLines(text)).toEqual({ rest: text, own: undefined });
      }),
    );
  });

  test("may be followed by lines of others, which stay", () => {
    fc.assert(
      fc.property(file, file, (text, more) => {
        const { rest } = splitOwnLines(withOwnLines(text, lines) + more);
        const isEnded = text === "" || text.endsWith("\n") || more === "";
        expect(rest).toBe(isEnded ? text + more : `${text}\n${more}`);
      }),
    );
  });

  test("are what LXC reads last", () => {
    fc.assert(
      fc.property(file, (text) => {
        const read = configurationOf(withOwnLines(text, lines), "/c");
        expect(lastValueOf(read, "lxc.net.0.type")).toBe("empty");
        expect(hookLinesOf(read).at(-1)?.words?.networks).toMatchObject([{ network: "simplenet" }]);
      }),
    );
  });

  test.each([
    ["a\n# lxc-cni begin: x\nb\n", "the marker of lxc-cni in line 2 has no end"],
    ["# lxc-cni begin: x\n# lxc-cni begin: x\n# lxc-cni end\n", "the marker of lxc-cni in line 1 has no end"],
    ["a\n# lxc-cni end\n", "the marker of lxc-cni in line 2 has no begin"],
  ])("are left alone where a marker is missing: %j", (text, message) => {
    expect(() => splitOwnLines(text)).toThrow(expect.objectContaining({ code: 7, message }));
  });
});

describe("what becomes of links that LXC makes", () => {
  const veth = "lxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\n";

  test.each([
    ["", "refuse", ["lxc.net.0.type = empty", "lxc.net.0.flags = up"]],
    ["lxc.net.3.type = empty\n", "refuse", ["lxc.net.3.type = empty", "lxc.net.3.flags = up"]],
    [veth, "replace", ["lxc.net =", "lxc.net.0.type = empty", "lxc.net.0.flags = up"]],
    [`${veth}lxc.net.0.name = wan\n`, "keep", []],
    [`${veth}lxc.net =\n`, "refuse", ["lxc.net.0.type = empty", "lxc.net.0.flags = up"]],
  ] as const)("%j, %s: %j", (text, others, expected) => {
    expect(linksOf(text, others)).toEqual(expected);
  });

  test.each([
    [veth, "refuse", "LXC itself makes lxc.net.0: veth on lxcbr0 (/c, line 1) for this container"],
    [veth, "keep", "eth0 is an interface that LXC makes already"],
    [
      `${veth}lxc.net.1.type = veth\nlxc.net.1.name = eth0\n`,
      "keep",
      "eth0 is an interface that LXC makes already",
    ],
    ["lxc.net.0.type = none\n", "refuse", "LXC itself makes lxc.net.0: none (/c, line 1) for this container"],
    ["lxc.net.0.type = none\n", "keep", "this container shares the host's network"],
  ] as const)("%j, %s: refused: %s", (text, others, message) => {
    expect(() => linksOf(text, others)).toThrow(expect.objectContaining({ code: 7, message }));
  });

  test("another interface is named that is free", () => {
    expect(() => linksOf(`${veth}lxc.net.1.type = veth\n`, "keep")).toThrow(
      expect.objectContaining({ details: "name another one: simplenet:eth2" }),
    );
  });

  function linksOf(text: string, others: OtherLinks): string[] {
    const { networks } = parseHookWords(["simplenet"]);
    return linkLines(configuredLinks(configurationOf(text, "/c")), networks, others);
  }
});

test("each hook calls the command, in words as they were given", () => {
  const words = ["--net-dir", "/a b/'c'", "simplenet", "back$net:data0"];
  const read = configurationOf(linesFor(["/opt/my path/lxc-cni", "hook", ...words], []).join("\n"), "/c");
  const found = hookLinesOf(read);
  expect(found.map(({ type }) => type)).toEqual(["start-host", "stop", "post-stop", "destroy"]);
  for (const line of found) {
    expect(line).toMatchObject({ executable: "/opt/my path/lxc-cni", words: parseHookWords(words) });
  }
});
