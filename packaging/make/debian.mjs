import { createHash } from "node:crypto";
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Adds to a tree what makes it a package of Debian: deb(5).
 *
 * @param {{ root: string, directory: string, release: import("./release.mjs").Release }} options
 */
export function writeDebianFiles({ root, directory, release }) {
  const own = (name) => join(root, "packaging/debian", name);
  const overrides = join(directory, "usr/share/lintian/overrides");
  mkdirSync(overrides, { recursive: true });
  cpSync(own("lintian-overrides"), join(overrides, "lxc-cni"));

  const files = filesBelow(directory);
  const values = {
    VERSION: release.version,
    ARCHITECTURE: release.architecture,
    MAINTAINER: release.maintainer,
    INSTALLED_SIZE: String(sizeInKib(directory, files)),
  };
  const control = readFileSync(own("control"), "utf8").replace(/@(\w+)@/g, (_, name) => values[name]);
  mkdirSync(join(directory, "DEBIAN"));
  writeFileSync(join(directory, "DEBIAN/control"), control);
  writeFileSync(join(directory, "DEBIAN/md5sums"), md5sums(directory, files));
  for (const name of ["postinst", "prerm", "postrm"]) {
    writeFileSync(join(directory, "DEBIAN", name), readFileSync(own(name)), { mode: 0o755 });
  }
}

/** Paths of regular files and symbolic links, from the directory on. */
function filesBelow(directory) {
  return readdirSync(directory, { recursive: true })
    .filter((path) => !lstatSync(join(directory, path)).isDirectory())
    .sort();
}

/** As dpkg-gencontrol counts: each file in whole kibibytes, and one for whatever has no content. */
function sizeInKib(directory, files) {
  return files
    .map((path) => lstatSync(join(directory, path)))
    .map((status) => (status.isFile() ? Math.ceil(status.size / 1024) : 1))
    .reduce((sum, size) => sum + size, 0);
}

/** For dpkg --verify. */
function md5sums(directory, files) {
  return files
    .filter((path) => lstatSync(join(directory, path)).isFile())
    .map(
      (path) =>
        `${createHash("md5")
          .update(readFileSync(join(directory, path)))
          .digest("hex")}  ${path}\n`,
    )
    .join("");
}
