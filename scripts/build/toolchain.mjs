import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../toolchain", import.meta.url));

/**
 * The directory of the native engine, prepared by scripts/toolchain; the first time takes half a minute.
 *
 * @param {{ sanitize?: boolean, architecture?: string }} options `sanitize`: the engine with the sanitizers compiled in.
 *   `architecture`: as Debian calls it; this machine's when absent.
 * @returns {{ directory: string } | { directory: undefined, reason: string }}
 * @throws when the toolchain should work on this machine and does not.
 */
export function findToolchain({ sanitize = false, architecture } = {}) {
  const words = [
    ...(sanitize ? ["--sanitize"] : []),
    ...(architecture === undefined ? [] : ["--arch", architecture]),
  ];
  const { status, stdout, stderr, error } = spawnSync(script, words, { encoding: "utf8" });
  if (status === 0) return { directory: stdout.trimEnd().split("\n").at(-1) ?? "" };
  const reason = error?.message ?? stderr.trimEnd().split("\n").at(-1) ?? "";
  if (status === 3 || error !== undefined) return { directory: undefined, reason };
  throw new Error(`scripts/toolchain ended with status ${status}:\n${stderr}`);
}

/**
 * What executables are linked with, and in which versions of which packages of Debian.
 *
 * @param {string} directory That of the engine, or that of the executables.
 * @returns {{ name: string, version: string, package: string }[]} The engine first.
 */
export function linkedVersions(directory) {
  const lines = readFileSync(join(directory, "versions"), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [name = "", version = "", from = ""] = line.split(" ");
    return { name, version, package: from };
  });
}
