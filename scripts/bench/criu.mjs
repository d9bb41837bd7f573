import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../criu", import.meta.url));

/**
 * A CRIU that works here, the machine's or Debian's.
 *
 * @returns {{ path: string, reason?: undefined } | { path: undefined, reason: string }}
 */
export function findCriu() {
  const { status, stdout, stderr, error } = spawnSync(script, { encoding: "utf8" });
  if (error !== undefined) return { path: undefined, reason: error.message };
  if (status !== 0) return { path: undefined, reason: stderr.trimEnd().split("\n").at(-1) ?? "" };
  return { path: stdout.trimEnd() };
}
