import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../criu", import.meta.url));

/**
 * A CRIU that works here, the machine's or Debian's, where there is LXC, too.
 *
 * @returns {{ path: string, reason?: undefined } | { path: undefined, reason: string }}
 */
export function findCriu() {
  if (!existsSync("/usr/share/lxc/templates/lxc-busybox")) {
    return { path: undefined, reason: "LXC and its templates are not on this machine" };
  }
  const { status, stdout, stderr, error } = spawnSync(script, { encoding: "utf8" });
  if (error !== undefined) return { path: undefined, reason: error.message };
  if (status !== 0) return { path: undefined, reason: stderr.trimEnd().split("\n").at(-1) ?? "" };
  return { path: stdout.trimEnd() };
}
