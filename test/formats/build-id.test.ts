import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openPage } from "./page.ts";

const builds = openPage("formats.md").rows("Build id");

describe.for(builds)("the executables in %s", ([directory = "", example = ""]) => {
  const path = fileURLToPath(new URL(`../../${directory}`, import.meta.url));

  test("end as documented, with one id for all of them", ({ skip }) => {
    if (!existsSync(`${path}/lxc-cni`)) skip(`${path} has not been built (npm run build says why)`);
    const version = execFileSync(`${path}/lxc-cni`, ["version"], { encoding: "utf8" });
    const id = /\(build ([0-9a-f]{16})\)/.exec(version)?.[1];
    const end = `${example.replace("0123456789abcdef", id ?? "no id")}\n`;
    for (const name of ["bridge", "host-local", "lxc-cni"]) {
      expect(readFileSync(`${path}/${name}`, "latin1").slice(-end.length), name).toBe(end);
    }
  });
});
