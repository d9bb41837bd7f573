import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../debian-package", import.meta.url));
const packageName = "containernetworking-plugins";
const minimum = "1.9.1";

/**
 * The Go plugins that ours are compared with, from Debian.
 *
 * @returns {{ directory: string, version: string } | { directory: undefined, reason: string }}
 */
export function findReference() {
  const { status, stdout, stderr, error } = spawnSync(script, [packageName, minimum], { encoding: "utf8" });
  if (error !== undefined) return { directory: undefined, reason: error.message };
  if (status !== 0) return { directory: undefined, reason: stderr.trimEnd().split("\n").at(-1) ?? "" };
  const unpacked = stdout.trimEnd();
  return {
    directory: join(unpacked, "usr/lib/cni"),
    version: basename(unpacked).slice(packageName.length + 1),
  };
}
