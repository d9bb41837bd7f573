import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../scripts/build/executables.mjs";
import { buildProgram, buildsPrograms, kinds, missingToolchain, withDirectory } from "./build.ts";
import { withNetns } from "./netns.ts";

buildsPrograms();

describe.each(kinds.filter((kind) => kind !== "js"))("a native executable (%s)", (kind) => {
  test("gives errors that can be caught at its limits", () =>
    withDirectory(async (directory) => {
      const program = await buildProgram("limits", kind, directory);
      const { stdout, stderr, status } = spawnSync(program, [join(directory, "large")], { encoding: "utf8" });
      expect({ stdout, stderr, status }).toMatchInlineSnapshot(`
        {
          "status": 0,
          "stderr": "",
          "stdout": "deep JSON: "RangeError: Maximum call stack size exceeded"
        endless recursion: "RangeError: Maximum call stack size exceeded"
        more than 256 MB: "InternalError: out of memory"
        more than 256 MB, step by step: "InternalError: out of memory"
        more than 256 MB, read: "InternalError: out of memory"
        ",
        }
      `);
    }));

  test("talks netlink in the namespace that its socket was made for, or its own", () =>
    withDirectory(async (directory) => {
      const program = await buildProgram("netlink", kind, directory);
      const result = await withNetns(1, ([path = ""]) => {
        execFileSync("ip", [
          "-n",
          path.replace("/run/netns/", ""),
          "link",
          "add",
          "test0",
          "type",
          "veth",
          "peer",
          "test1",
        ]);
        const inNetns = (...words: string[]) =>
          spawnSync("nsenter", [`--net=${path}`, ...words], { encoding: "utf8" });
        inNetns("nft", "add table ip t; add chain ip t c");
        return inNetns(program, path);
      });
      expect(result).toMatchObject({
        stderr: "",
        stdout: "nothing yet\nlo, test0, test1\nNo such device\nnothing yet\ntest0 changed\na chain\n",
        status: 0,
      });
    }));
});

test.skipIf(missingToolchain !== undefined)("a program that is given too little memory says so", () =>
  withDirectory(async (directory) => {
    const program = await buildProgram("ending", "bin", directory);
    const sizes = Array.from({ length: 60 }, (_, index) => 1000 + 100 * index);
    const ends = sizes.map((size) => {
      const script = `ulimit -v ${size}; exec "$0" status 0`;
      const { status, stderr } = spawnSync("bash", ["-c", script, program], { encoding: "utf8" });
      return status === null ? "not started" : `${status} ${stderr}`;
    });
    expect(new Set(ends)).toEqual(new Set(["not started", "1 Error: out of memory\n", "0 "]));
  }),
);

describe.skipIf(missingToolchain !== undefined)("the build", () => {
  test("gives the same bytes in two checkouts", () =>
    withDirectory(async (directory) => {
      const copy = join(directory, "copy");
      for (const part of ["lib", "native", "scripts", "test/system", "package.json"])
        cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
      symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));

      const [here, there] = [projectRoot, copy].map((root) =>
        buildIn(root, join(directory, root === copy ? "b" : "a")),
      );
      expect(here?.size).toBe(5);
      expect(there).toEqual(here);
    }));

  test("marks the executables with what their program knows as __BUILD_ID__", () =>
    withDirectory(async (directory) => {
      for (const [kind, marker] of [
        ["js", "//lxc-cni-build:"],
        ["bin", "lxc-cni-build:"],
      ] as const) {
        const program = await buildProgram("id", kind, directory);
        const { stdout } = spawnSync(program, { encoding: "utf8" });
        expect(stdout).toMatch(/^[0-9a-f]{16} \d+\.\d+\.\d+\n$/);
        expect(readFileSync(program, "latin1").endsWith(`\n${marker}${stdout.slice(0, 16)}\n`)).toBe(
          kind === "js",
        );
      }
    }));
});

/** Builds one program of these tests with the scripts of a checkout; returns all files and what they hold. */
function buildIn(root: string, outdir: string): Map<string, string> {
  const script = `
    import { buildExecutables } from "${root}/scripts/build/executables.mjs";
    const entries = [{ name: "id", main: "${root}/test/system/programs/id.ts" }];
    await buildExecutables({ entries, outdir: "${outdir}", targets: ["js", "bin"] });
  `;
  execFileSync(process.execPath, ["--input-type=module", "--eval", script]);
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter(
    (file) => !file.isDirectory(),
  );
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      const content = file.isSymbolicLink() ? readlinkSync(path) : readFileSync(path, "base64");
      return [path.slice(outdir.length), content];
    }),
  );
}
