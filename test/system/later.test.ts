import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildExecutables } from "../../scripts/build/executables.mjs";
import { buildsPrograms, type Kind, kinds, withDirectory } from "./build.ts";

buildsPrograms();

/** Builds the program, and runs it once with each word. */
function runWith(kind: Kind, words: readonly string[]) {
  return withDirectory(async (directory) => {
    const [built] = await buildExecutables({
      entries: [{ name: "later", main: join(import.meta.dirname, "programs/later.ts"), evaluated: true }],
      outdir: directory,
      targets: [kind === "js" ? "js" : "bin"],
      sanitize: kind === "sanitized",
    });
    return words.map((word) => {
      const { stdout, stderr, status } = spawnSync(built?.path ?? "", [word], { encoding: "utf8" });
      return { stdout, stderr, status };
    });
  });
}

describe.each(kinds)("a part of a program that is asked for later (%s)", (kind) => {
  test("is evaluated then, once, and shares modules with the rest", async () => {
    const [without, asked, failing, twice] = await runWith(kind, ["without", "with", "failing", "twice"]);
    expect(without).toEqual({ stdout: "without 1\n", stderr: "", status: 1 });
    expect(asked).toEqual({ stdout: "evaluated 1\nwith 2\n", stderr: "", status: 2 });
    expect(failing).toEqual({
      stdout: "failing 1\n",
      stderr: "Error: this part cannot be had\n",
      status: 1,
    });
    expect(twice).toEqual({ stdout: "evaluated 1\ntwice 2\n", stderr: "", status: 2 });
  });
});
