import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Somebody else's work that is inside the executables.
 *
 * @typedef {object} Component
 * @property {string} name
 * @property {string} version
 * @property {string} purl Its package URL.
 * @property {string} licence An expression of SPDX.
 * @property {string} does What it is there for.
 */

/**
 * What the native executables hold besides this project's own code: the engine and the C library, and whatever of
 * npm's packages the source maps say that code came from.
 *
 * @param {string} root The checkout.
 * @param {import("./built.mjs").Built} built What it was built into.
 * @returns {Component[]}
 * @throws when the executables say that they hold something else than what is written beside them.
 */
export function componentsInside(root, built) {
  return [...linked(built), ...bundled(root, built.maps)];
}

/** What the executables are linked with. The build has looked that it is nothing else. */
function linked(built) {
  const [, said = ""] = built.print("lxc-cni", ["version"]).split("\n");
  const known = built.linked.map(({ name, version }) => `${name} ${version}`).join(", ");
  if (said !== known)
    throw new Error(`lxc-cni says that it holds ${said}, but it should be ${known}: build anew`);
  return built.linked.map(({ name, version, package: from }) => ({
    name: name.toLowerCase(),
    version,
    purl: `pkg:deb/debian/${from}@${encodeURIComponent(version)}`,
    licence: licences[name],
    does: `${name}, linked statically`,
  }));
}

/** Of libgcc, the arithmetic of 128 bits alone is taken, whose licence is not that of the rest. */
const licences = { "QuickJS-ng": "MIT", musl: "MIT", libgcc: "LGPL-2.1-or-later WITH GCC-exception-2.0" };

/** The packages of npm that code in the executables came from. */
function bundled(root, maps) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
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
