import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../debian-package", import.meta.url));

/**
 * The Go plugins that ours are compared with, from Debian.
 *
 * @returns {{ directory: string, version: string } | { directory: undefined, reason: string }}
 */
export function findReference() {
  const unpacked = unpack("containernetworking-plugins", "1.9.1");
  return unpacked.directory === undefined
    ? unpacked
    : { ...unpacked, directory: join(unpacked.directory, "usr/lib/cni") };
}

/**
 * Has a Debian package unpacked, see scripts/debian-package.
 *
 * @param {string} name
 * @param {string} minimum The version that it has at least.
 * @param {...string} flags
 * @returns {{ directory: string, version: string } | { directory: undefined, reason: string }}
 */
export function unpack(name, minimum, ...flags) {
  const { status, stdout, stderr, error } = spawnSync(script, [...flags, name, minimum], {
    encoding: "utf8",
  });
  if (error !== undefined) return { directory: undefined, reason: error.message };
  if (status !== 0) return { directory: undefined, reason: stderr.trimEnd().split("\n").at(-1) ?? "" };
  const directory = stdout.trimEnd();
  // The directory is called NAME-VERSION or NAME+dependencies-VERSION.
  return { directory, version: basename(directory).replace(/^.*?-(?=\d)/, "") };
}
