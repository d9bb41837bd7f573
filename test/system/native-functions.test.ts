import { spawnSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { buildProgram, type Kind, kinds, prepareToolchain, withDirectory } from "./build.ts";

beforeAll(prepareToolchain, 300_000);

/** What the program prints, built in one of the ways. */
function run(kind: Kind): Promise<string> {
  return withDirectory(async (directory) => {
    const program = await buildProgram("native-functions", kind, directory);
    const { stdout, stderr, status } = spawnSync(program, { encoding: "utf8" });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout;
  });
}

test.each(kinds.filter((kind) => kind !== "js"))(
  "a function of native/ answers as its module (%s)",
  async (kind) => {
    expect(await run(kind)).toBe(await run("js"));
  },
);

test("the modules answer as written down", async () => {
  expect(await run("js")).toMatchInlineSnapshot(`
    "hex: ["3a81620940d2256573","3a:81:62:09:40:d2",""]
    html: ["","a\\\\u003cb","x\\\\u0026\\\\u0026y\\\\u003e","\\\\u2028\\\\u2029\\u{2027}","\\u{20ac} \\u{1e9e} \\u{d834}\\u{dd1e}","\\ud800","a\\udc00b","\\u0000","\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c\\\\u003c","plain"]
    utf8: ["","61 3c 62","78 26 26 79 3e","e2 80 a8 e2 80 a9 e2 80 a7","e2 82 ac 20 e1 ba 9e 20 f0 9d 84 9e","ef bf bd","61 ef bf bd 62","00","3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c 3c","70 6c 61 69 6e"]
    text: ["","a<b","x&&y>","\\u{2028}\\u{2029}\\u{2027}","\\u{20ac} \\u{1e9e} \\u{d834}\\u{dd1e}","\\u{fffd}","a\\u{fffd}b","\\u0000","<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<","plain"]
    part of a text: ["cdef","cd","","","a\\u{fffd}"]
    texts that are none: "b6f01839ada8c5bd8bb7a2b958a395c9"
    attributes: [0,0,0,4,0,0,0,12,0]
    attributes that are none: "eba21619bb1a2ba9ea9711fdcc7de4ad"
    "
  `);
});
