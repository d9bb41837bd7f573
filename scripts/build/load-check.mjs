import * as esbuild from "esbuild";
import { nativeModules } from "./native-modules.mjs";

/**
 * Refuses a program whose modules touch the system while they are evaluated: where that is done when the executable is
 * built, they would find the machine that it is built on, once and for all.
 *
 * @param {string} name The program's.
 * @param {import("./bundle.mjs").Module[]} modules Its bundle for the native engine.
 * @throws when it does.
 */
export async function requireQuietLoad(name, modules) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: 'import "./program.js";' },
    bundle: true,
    write: false,
    format: "esm",
    target: "node20",
    logLevel: "silent",
    plugins: [hostWithoutFunctions, theseModules(modules)],
  });
  try {
    await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  } catch (error) {
    throw new Error(`${name}: a module fails where it cannot touch the system while it is loaded`, {
      cause: error,
    });
  }
}

/**
 * What belongs to no system is there, in TypeScript. Whatever else is taken from there is undefined: to call it fails.
 *
 * @type {esbuild.Plugin}
 */
const hostWithoutFunctions = {
  name: "host-without-functions",
  setup(build) {
    const contents = [
      "exports.run = () => {};",
      ...nativeModules.map((path) => `Object.assign(exports, require(${JSON.stringify(path)}));`),
    ].join("\n");
    build.onResolve({ filter: /^lxc-cni:host$/ }, ({ path }) => ({ path, namespace: "host" }));
    build.onLoad({ filter: /.*/, namespace: "host" }, () => ({ contents, resolveDir: "/" }));
  },
};

/**
 * The modules of a bundle.
 *
 * @returns {esbuild.Plugin}
 */
function theseModules(modules) {
  const codes = new Map(modules.map(({ name, code }) => [`./${name}`, code]));
  return {
    name: "these-modules",
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path }) =>
        codes.has(path) ? { path, namespace: "modules" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "modules" }, ({ path }) => ({ contents: codes.get(path) }));
    },
  };
}
