import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const units = new URL("../../packaging/systemd/", import.meta.url);

test("systemd finds nothing wrong with the units", ({ skip }) => {
  if (!existsSync("/usr/bin/systemd-analyze")) skip("needs systemd-analyze (package systemd)");
  const directory = mkdtempSync(join(tmpdir(), "lxc-cni-units-"));
  const names = readdirSync(units);
  for (const name of names) {
    // It looks for the executable, and would for man pages, which are not installed here.
    const unit = readFileSync(new URL(name, units), "utf8");
    writeFileSync(join(directory, name), unit.replace("/usr/libexec/lxc-cni/lxc-cni", "/bin/true"));
  }
  const paths = names.map((name) => join(directory, name));
  const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...paths], {
    encoding: "utf8",
  });
  rmSync(directory, { recursive: true });
  const complaints = stderr.split("\n").filter((line) => line.includes("lxc-cni"));
  expect({ status, stdout, complaints }).toEqual({ status: 0, stdout: "", complaints: [] });
});
