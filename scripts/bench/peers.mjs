import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { go } from "./contest.mjs";
import { findReference, unpack } from "./reference.mjs";

/**
 * Something that ours are compared with. Without `plugins` and `netavark` it could not be had.
 *
 * @typedef {object} Peer
 * @property {string} name Of the contestant, and of its column in the table.
 * @property {string} description Which one it is, or why there is none.
 * @property {string} [plugins] The directory of its CNI plugins.
 * @property {string[]} [netavark] How its executable is called, which is the last word.
 */

/**
 * The Go plugins of Debian, Debian's netavark, and whatever is in some directories.
 *
 * @param {import("./options.mjs").Options["plugins"]} more
 * @returns {Peer[]}
 */
export function findPeers(more) {
  const others = more.map(({ name, directory }) => ({
    name,
    description: `the plugins in ${directory}`,
    plugins: directory,
  }));
  return [goPlugins(), netavark(), ...others];
}

function goPlugins() {
  const found = findReference();
  return { name: go, description: describe("containernetworking-plugins", found), plugins: found.directory };
}

/** With all that it is linked with, and run by its own loader: it needs a newer C library than Debian 12 has. */
function netavark() {
  const found = unpack("netavark", "1.17", "--with-dependencies");
  const { directory } = found;
  return {
    name: "netavark",
    description: describe("netavark", found),
    netavark: directory && callOf(directory),
  };
}

function describe(name, { directory, version, reason }) {
  return directory === undefined ? `not measured: ${reason}` : `${name} ${version} of Debian`;
}

function callOf(directory) {
  const find = (folder, pattern) =>
    existsSync(join(directory, folder))
      ? readdirSync(join(directory, folder))
          .filter((name) => pattern.test(name))
          .map((name) => join(directory, folder, name))
      : [];
  const [loader] = ["usr/lib64", "usr/lib"].flatMap((folder) => find(folder, /^ld-linux-.+\.so\.\d+$/));
  const libraries = find("usr/lib", /-linux-gnu/).join(":");
  const executable = join(directory, "usr/lib/podman/netavark");
  return loader === undefined ? [executable] : [loader, "--library-path", libraries, executable];
}
