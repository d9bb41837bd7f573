import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Somebody else's work that is inside the executables.
 *
 * @typedef {object} Component
 * @property {string} name
 * @property {string} version
 * @property {string} purl Its package URL.
 * @property {string} licence By the names of SPDX.
 * @property {string} does What it is there for.
 */

/**
 * What the native executables hold besides this project's own code: the engine and the C library, and whatever of
 * npm's packages the source maps say that code came from.
 *
 * @param {string} root The checkout, built.
 * @returns {Component[]}
 */
export function componentsInside(root) {
  return [...linked(root), ...bundled(root)];
}

/**
 * What the executables are linked with, by their own words. Of libgcc, which the linker is given as well, nothing is taken:
 * amd64 needs none of its functions.
 */
function linked(root) {
  const [, line = ""] = execFileSync(join(root, "dist/bin/lxc-cni"), ["version"], { encoding: "utf8" }).split(
    "\n",
  );
  return line.split(", ").map((each) => {
    const [name, version] = each.split(" ");
    return {
      name: name.toLowerCase(),
      version,
      purl: `pkg:deb/debian/${binaryPackages[name]}@${encodeURIComponent(version)}`,
      licence: "MIT",
      does: `${name}, linked statically`,
    };
  });
}

/** The packages of Debian that they come from. */
const binaryPackages = { "QuickJS-ng": "qjs-src", musl: "musl-dev" };

/** The packages of npm that code in the executables came from. */
function bundled(root) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const maps = join(root, "dist/maps");
  const sources = readdirSync(maps, { recursive: true })
    .filter((name) => name.includes("/") && name.endsWith(".map"))
    .flatMap((name) => JSON.parse(readFileSync(join(maps, name), "utf8")).sources);
  const places = sources.flatMap((source) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []);
  return [...new Set(places)].sort().map((place) => {
    const name = place.slice("node_modules/".length);
    const { version, license: licence } = packages[place];
    return { name, version, purl: `pkg:npm/${name}@${version}`, licence, does: "bundled by esbuild" };
  });
}
