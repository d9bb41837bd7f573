import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { test } from "./criu.ts";

const script = fileURLToPath(new URL("../../scripts/migrate-demo", import.meta.url));

test("scripts/migrate-demo moves a container, counts on, and draws it", () => {
  const directory = mkdtempSync(`${tmpdir()}/migrate-demo-`);
  try {
    const picture = `${directory}/moved.svg`;
    const { status, stdout, stderr } = spawnSync(script, [picture], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^host B +restored +\d+ ms$/m);
    expect(stdout).toMatch(/numbers, 1 to \d+, by one connection; none was\nmissing/);
    const [, silence] = /at most (\d+ ms)/.exec(stdout) ?? [];
    expect(readFileSync(picture, "utf8")).toContain(`silent for ${silence}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
