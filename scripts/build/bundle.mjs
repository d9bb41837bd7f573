import { builtinModules } from "node:module";
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
 * @returns {Promise<string>} Its code.
 */
export async function bundle({ main, target, version, root }) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [main],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    legalComments: "none",
    logLevel: "error",
    plugins: [schemaPlugin],
    define: { __VERSION__: JSON.stringify(version), __BUILD_ID__: JSON.stringify(buildIdPlaceholder) },
    ...settings[target],
  });
  return outputFiles[0].text;
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
    plugins: [schemaPlugin, refuseNodeModules()],
  },
};

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
