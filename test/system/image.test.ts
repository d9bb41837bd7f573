import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { buildsPrograms, kinds, missingToolchain, withDirectory } from "./build.ts";

buildsPrograms();

const program = join(import.meta.dirname, "programs/evaluated.ts");

/** Builds a program whose modules are evaluated when it is; returns its path. */
async function build(main: string, outdir: string, kind: (typeof kinds)[number] = "bin"): Promise<string> {
  const [built] = await buildExecutables({
    entries: [{ name: "program", main, evaluated: true }],
    outdir,
    targets: [kind === "js" ? "js" : "bin"],
    sanitize: kind === "sanitized",
  });
  return built?.path ?? "";
}

test.each(kinds)("a program finds what its modules made, whenever that was (%s)", (kind) =>
  withDirectory(async (directory) => {
    const path = await build(program, directory, kind);
    const { stdout, stderr, status } = spawnSync(path, [String(Date.now())], { encoding: "utf8" });
    expect({ stdout, stderr, status }).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "",
        "stdout": "garbage: 300000
      counter: [2,6,12]
      table: ["key 2","key 3","another"]
      hash at load: "ca3dff61bb23477a"
      hashes: "1fdcbe558f8d6571f47a4dd004a2193d82a2958742e73d73f3ac29c499a7f52227e395d94703dd601e93452be2cdde3e18605f9e7fd8c2db47567f1b80c81667"
      text: 199999
      expression: "key"
      the time is now: true
      ",
      }
    `);
  }),
);

describe.skipIf(missingToolchain !== undefined)("an image", () => {
  test("is the same each time that it is made", () =>
    withDirectory(async (directory) => {
      const [first, second] = [
        readFileSync(await build(program, join(directory, "1"))),
        readFileSync(await build(program, join(directory, "22"))),
      ];
      expect(first.equals(second)).toBe(true);
    }));

  test.each([
    [
      "touches the system",
      'import { system } from "#system"; const [name] = system.arguments();',
      "touch the system",
    ],
    ["asks for the time", 'import { system } from "#system"; const name = Date.now();', "asks for the time"],
  ])("is not made of a module that %s while it is loaded", (_, start, message) =>
    withDirectory(async (directory) => {
      const main = join(directory, "main.ts");
      const door = join(import.meta.dirname, "../../lib/system/native.ts");
      writeFileSync(main, `${start} system.run(() => Number(name));`.replace("#system", door));
      await expect(build(main, directory)).rejects.toThrow(message);
    }),
  );
});
