import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ContainerId } from "../../lib/cni/request.ts";
import { readConfiguration } from "../../lxc/container/configuration.ts";
import { enableCommand } from "../../lxc/doctor/enable-command.ts";
import { hookLinesOf } from "../../lxc/hook/lines.ts";

test("the command that doctor shows is the same to a shell, whatever a container and its networks are called", () => {
  const directory = mkdtempSync(join(tmpdir(), "lxc-cni-test-"));
  const configFile = join(directory, "config");
  writeFileSync(configFile, "lxc.hook.start-host = /bin/lxc-cni hook '$(echo lan)' \"a'b\":eth0;x\n");
  const configuration = readConfiguration(configFile);
  const container = { name: "web; echo", lxcPath: directory, configFile, id: "web-aaaaaaaa" as ContainerId };
  const command = enableCommand({ container, configuration, hookLines: hookLinesOf(configuration) });
  const script = `sed() { :; }; lxc-cni() { printf '%s\\n' "$@"; }; ${command}`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("\n")).toEqual([
    ...["enable", "web; echo", "$(echo lan)", "a'b:eth0;x", ""],
  ]);
  rmSync(directory, { recursive: true });
});
