import { builtinModules } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { schemaPlugin } from "./schema-plugin.mjs";

/** Stands in a bundle where the build id will be, which is known only when all bundles are there. */
export const buildIdPlaceholder = "@build-id-here@@";

/**
 * Bundles one program into one ES module.
 *
 * @param {object} options
 * @param {string} options.main Its entry point.
 * @param {"js" | "bin"} options.target For Node.js, or for the native engine.
 * @param {string} options.version
 * @param {string} options.root The directory that paths in the bundle are relative to.
 * @param {boolean} [options.faults] Put a system in place that fails on demand (test/faults).
 * @returns {Promise<{ code: string, map: string }>} Its code, and the source map that leads back from it.
 */
export async function bundle({ main, target, version, root, faults = false }) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [main],
    absWorkingDir: root,
    // Nothing is written there. The name decides what the paths in the source map are relative to.
    outfile: join(root, "dist/maps/program.js"),
    sourcemap: "external",
    sourcesContent: false,
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
    plugins: [schemaPlugin],
    define: { __VERSION__: JSON.stringify(version), __BUILD_ID__: JSON.stringify(buildIdPlaceholder) },
    ...settings[target],
    conditions: [...(faults ? ["faults"] : []), ...(settings[target].conditions ?? [])],
  });
  const [map, code] = outputFiles.map(({ text }) => text);
  return { code, map };
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
    external: ["lxc-cni:host"],
    plugins: [schemaPlugin, refuseNodeModules(), useNativeFunctions()],
  },
};

/** What an interpreter takes its time for, and the native engine has as functions (native/sha512.c, native/messages.c). */
function useNativeFunctions() {
  return {
    name: "use-native-functions",
    setup(build) {
      const replaced = /^\.\/sha512\.ts$|\/messages-with\.ts$/;
      build.onResolve({ filter: replaced }, () => ({ path: "lxc-cni:host", external: true }));
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
