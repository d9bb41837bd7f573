import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findToolchain, linkedVersions } from "../../scripts/build/toolchain.mjs";

/**
 * What was built for an architecture.
 *
 * @typedef {object} Built
 * @property {(name: string) => Buffer} read A file of those that are beside each other: `bridge`, `LICENSE.musl`.
 * @property {(name: string, words: string[]) => string} print What an executable prints.
 * @property {string} maps The directory of source maps.
 * @property {{ name: string, version: string, package: string }[]} linked What the executables are linked with.
 */

/**
 * @param {string} root The checkout, built.
 * @param {string | undefined} architecture This machine's when undefined.
 * @returns {Built}
 * @throws when there is no engine for it.
 */
export function builtFor(root, architecture) {
  const suffix = architecture === undefined ? "" : `-${architecture}`;
  const directory = join(root, `dist/bin${suffix}`);
  const { directory: toolchain, reason } = findToolchain({ architecture });
  if (toolchain === undefined) throw new Error(reason);
  return {
    read: (name) => readFileSync(join(directory, name)),
    print: (name, words) => printedBy(join(toolchain, "run"), [join(directory, name), ...words]),
    maps: join(root, `dist/maps${suffix}`),
    linked: linkedVersions(toolchain),
  };
}

function printedBy(program, words) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", env: {} });
  if (status === 0) return stdout;
  throw new Error(`${words.join(" ")}: status ${status}: ${stderr}`);
}
