import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { go } from "./contest.mjs";

const script = fileURLToPath(new URL("../debian-package", import.meta.url));

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
 * @param {readonly string[]} directories The paths of those with more CNI plugins.
 * @returns {Peer[]}
 */
export function findPeers(directories) {
  const others = directories.map((plugins) => ({ name: plugins, description: "the plugins there", plugins }));
  return [goPlugins(), netavark(), ...others];
}

function goPlugins() {
  const { directory, description } = unpack("containernetworking-plugins", "1.9.1");
  return { name: go, description, plugins: directory && join(directory, "usr/lib/cni") };
}

/** With all that it is linked with, and run by its own loader: it needs a newer C library than Debian 12 has. */
function netavark() {
  const { directory, description } = unpack("netavark", "1.17", "--with-dependencies");
  return { name: "netavark", description, netavark: directory && callOf(directory) };
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

/** Has a Debian package unpacked, of some version at least. */
function unpack(name, minimum, ...flags) {
  const { status, stdout, stderr, error } = spawnSync(script, [...flags, name, minimum], {
    encoding: "utf8",
  });
  if (error !== undefined) return { description: `not measured: ${error.message}` };
  if (status !== 0) return { description: `not measured: ${stderr.trimEnd().split("\n").at(-1)}` };
  const directory = stdout.trimEnd();
  return { directory, description: `${name} ${basename(directory).replace(/^.*?-(?=\d)/, "")} of Debian` };
}
