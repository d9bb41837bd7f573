import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a set of packages is of.
 *
 * @typedef {object} Release
 * @property {string} version As Debian orders versions: `0.1.0`; of a commit that has no tag
 *   `0.1.0~20261126000639.77be7a1`, which comes before 0.1.0.
 * @property {Date} time Of every file in the packages.
 * @property {string} maintainer `NAME <ADDRESS>`
 * @property {string} architecture As Debian calls it: `amd64`.
 */

/**
 * @param {string} root The checkout.
 * @param {{ version?: string, architecture?: string }} choices The version, in place of what git says; the architecture,
 *   in place of this machine's.
 * @returns {Release}
 */
export function releaseOf(root, { version, architecture }) {
  const git = (...words) => execFileSync("git", words, { cwd: root, encoding: "utf8" }).trim();
  const { SOURCE_DATE_EPOCH: epoch, DEBFULLNAME: name, DEBEMAIL: address } = process.env;
  const seconds = Number(epoch ?? git("log", "-1", "--format=%ct"));
  return {
    version: version ?? versionByGit(root, git),
    time: new Date(seconds * 1000),
    maintainer: name && address ? `${name} <${address}>` : git("log", "-1", "--format=%cn <%ce>"),
    architecture: architecture ?? execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim(),
  };
}

function versionByGit(root, git) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const changes = git("status", "--porcelain") === "" ? "" : ".changed";
  const tags = git("tag", "--points-at", "HEAD").split("\n");
  if (tags.includes(`v${version}`) && changes === "") return version;
  const commit = git("log", "-1", "--format=%h", "--abbrev=7");
  const seconds = Number(git("log", "-1", "--format=%ct"));
  const time = new Date(seconds * 1000).toISOString().replace(/[-:T]|\..*/g, "");
  return `${version}~${time}.${commit}${changes}`;
}
