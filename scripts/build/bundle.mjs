import { builtinModules } from "node:module";
import { basename, join, resolve } from "node:path";
import * as esbuild from "esbuild";
import { nativeModules } from "./native-modules.mjs";
import { schemaPlugin } from "./schema-plugin.mjs";

/** Stands in a bundle where the build id will be, which is known only when all bundles are there. */
export const buildIdPlaceholder = "@build-id-here@@";

/**
 * A part of a program: an ES module.
 *
 * @typedef {object} Module
 * @property {string} name What others import it by, after `./`; the program's own is `program.js`.
 * @property {string} code
 * @property {string} map The source map that leads back from it.
 * @property {boolean} later Whether it is read only when the program asks for it, by `import()`.
 */

/**
 * Bundles one program into ES modules: for Node.js into one, for the native engine into those that are needed at each
 * start, and those that are read when the program asks for them.
 *
 * @param {object} options
 * @param {string} options.main Its entry point.
 * @param {"js" | "bin"} options.target For Node.js, or for the native engine.
 * @param {string} options.version
 * @param {string} [options.engine] What it will be run by, as `lxc-cni version` prints it.
 * @param {string} options.root The directory that paths in the bundle are relative to.
 * @param {boolean} [options.faults] Put a system in place that fails on demand (test/faults).
 * @returns {Promise<Module[]>} Each behind those that it cannot do without; of those that are not later, the last one
 *   is the program's own.
 */
export async function bundle({ main, target, version, engine = "", root, faults = false }) {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: { program: main },
    absWorkingDir: root,
    // Nothing is written there. It decides what the paths in the source maps are relative to.
    outdir: join(root, "dist/maps"),
    chunkNames: "[name]-[hash]",
    sourcemap: "external",
    sourcesContent: false,
    bundle: true,
    metafile: true,
    write: false,
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
    plugins: [schemaPlugin],
    define: {
      __VERSION__: JSON.stringify(version),
      __ENGINE__: JSON.stringify(engine),
      __BUILD_ID__: JSON.stringify(buildIdPlaceholder),
    },
    ...settings[target],
    conditions: [...(faults ? ["faults"] : []), ...(settings[target].conditions ?? [])],
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const needs = new Map(
    Object.entries(metafile.outputs).map(([path, { imports }]) => [basename(path), needsOf(imports)]),
  );
  const early = inOrder(["program.js"], needs);
  const all = inOrder([...early, ...[...needs.keys()].filter((name) => name.endsWith(".js")).sort()], needs);
  return all.map((name) => ({
    name,
    code: texts.get(name),
    map: texts.get(`${name}.map`),
    later: !early.includes(name),
  }));
}

/** The modules of the bundle that one of them imports for good. */
function needsOf(imports) {
  return imports
    .filter(({ kind, external }) => kind === "import-statement" && !external)
    .map(({ path }) => basename(path))
    .sort();
}

/** The modules, and all that these need, each behind what it needs itself. */
function inOrder(names, needs, found = []) {
  for (const name of names) {
    if (found.includes(name)) continue;
    inOrder(needs.get(name), needs, found);
    found.push(name);
  }
  return found;
}

/** @type {Record<"js" | "bin", esbuild.BuildOptions>} */
const settings = {
  js: {
    platform: "node",
    target: "node20",
    banner: { js: "#!/usr/bin/env node" },
  },
  bin: {
    platform: "neutral",
    conditions: ["native"],
    target: "es2023",
    minify: true,
    splitting: true,
    external: ["lxc-cni:host"],
    plugins: [schemaPlugin, refuseNodeModules(), useNativeFunctions()],
  },
};

/** Has native/ take the place of modules that an interpreter takes its time for. */
function useNativeFunctions() {
  const paths = new Set(nativeModules);
  return {
    name: "use-native-functions",
    setup(build) {
      build.onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) =>
        paths.has(resolve(resolveDir, path)) ? { path: "lxc-cni:host", external: true } : undefined,
      );
    },
  };
}

/** The native engine has none of Node's modules; that must show here, not on somebody's host. */
function refuseNodeModules() {
  const names = new Set(builtinModules);
  return {
    name: "refuse-node-modules",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        if (!path.startsWith("node:") && !names.has(path)) return undefined;
        return { errors: [{ text: `${importer} imports ${path}, which the native engine does not have` }] };
      });
    },
  };
}
