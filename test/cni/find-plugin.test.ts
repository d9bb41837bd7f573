import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { findPlugin } from "../../lib/cni/find-plugin.ts";
import { test } from "./scratch.ts";

describe("a plugin is", () => {
  test("the file of that name in the first directory that has one", ({ directory }) => {
    const [first, second, third] = directories(directory, "first", "second", "third");
    writeFileSync(`${second}/bridge`, "");
    writeFileSync(`${third}/bridge`, "");
    expect(findPlugin("bridge", [first, second, third].join(":"))).toBe(`${second}/bridge`);
    expect(findPlugin("bridge", [third, second].join(":"))).toBe(`${third}/bridge`);
  });

  test("what a symbolic link leads to, but no directory", ({ directory }) => {
    const [first, second] = directories(directory, "first", "second");
    mkdirSync(`${first}/bridge`);
    writeFileSync(`${directory}/elsewhere`, "");
    symlinkSync("../elsewhere", `${second}/bridge`);
    expect(findPlugin("bridge", `${first}:${second}`)).toBe(`${second}/bridge`);
  });

  test("not looked for in the working directory, nor in one that is missing", ({ directory }) => {
    const [first] = directories(directory, "first");
    writeFileSync(`${first}/package.json`, "");
    expect(findPlugin("package.json", `:${directory}/missing::${first}:`)).toBe(`${first}/package.json`);
  });
});

describe("in libcni's words", () => {
  test("one that is nowhere", ({ directory }) => {
    const [first, second] = directories(directory, "first", "second");
    expect(() => findPlugin("bridge", `${first}:${second}`)).toThrow(
      expect.objectContaining({
        code: 120,
        message: `failed to find plugin "bridge" in path [${first} ${second}]`,
        details: expect.stringContaining("CNI_PATH"),
      }),
    );
  });

  test.for([
    ["", "/opt/cni/bin", 7, "no plugin name provided"],
    ["../bridge", "/opt/cni/bin", 7, "invalid plugin name: ../bridge"],
    ["/bin/true", "/opt/cni/bin", 7, "invalid plugin name: /bin/true"],
    ["bridge", "", 4, "no paths provided"],
    ["bridge", "::", 4, "no paths provided"],
  ] as const)("%j in %j", ([type, path, code, message]) => {
    expect(() => findPlugin(type, path)).toThrow(expect.objectContaining({ code, message }));
  });
});

function directories(parent: string, ...names: string[]): string[] {
  return names.map((name) => {
    const path = join(parent, name);
    mkdirSync(path);
    return path;
  });
}
