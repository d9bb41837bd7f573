import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { linkedVersions } from "../../scripts/build/toolchain.mjs";

/**
 * What was built for an architecture.
 *
 * @typedef {object} Built
 * @property {(name: string) => Buffer} read A file of those that are beside each other: `bridge`, `LICENSE.musl`.
 * @property {(name: string, words: string[]) => string} print What an executable prints.
 * @property {string} maps The directory of source maps.
 * @property {{ name: string, version: string, package: string }[]} linked What the executables are linked with.
 */

/** What runs executables of an architecture that is not this machine's. */
const emulators = { arm64: "qemu-aarch64" };

/**
 * @param {string} root The checkout, built.
 * @param {string | undefined} architecture This machine's when undefined.
 * @returns {Built}
 */
export function builtFor(root, architecture) {
  const suffix = architecture === undefined ? "" : `-${architecture}`;
  const directory = join(root, `dist/bin${suffix}`);
  const emulator = isForeign(architecture) ? [emulators[architecture]] : [];
  return {
    read: (name) => readFileSync(join(directory, name)),
    print: (name, words) => printedBy([...emulator, join(directory, name), ...words]),
    maps: join(root, `dist/maps${suffix}`),
    linked: linkedVersions(directory),
  };
}

/** Node.js and Debian have one name each for the architectures. */
function isForeign(architecture) {
  return (
    architecture !== undefined &&
    architecture !== { x64: "amd64" }[process.arch] &&
    architecture !== process.arch
  );
}

function printedBy([program, ...words]) {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8", env: {} });
  if (status === 0) return stdout;
  throw new Error(`${program} ${words.join(" ")}: ${error?.message ?? `status ${status}: ${stderr}`}`);
}
