import * as esbuild from "esbuild";

/**
 * Replaces each `*.schema.ts` by the plain JSON of the schemas that it exports.
 *
 * They are written with TypeBox, which is good to read and takes milliseconds to start. What it makes is JSON
 * Schema, so it need not be there at run time. Neither need what editors show (docs/schema).
 *
 * @type {esbuild.Plugin}
 */
export const schemaPlugin = {
  name: "schema",
  setup(build) {
    build.onLoad({ filter: /\.schema\.ts$/ }, async ({ path }) => {
      const { exports, sources } = await evaluate(path);
      const constants = Object.entries(exports).map(([name, value]) => {
        const json = JSON.stringify(value, withoutAnnotations);
        if (json === undefined) throw new Error(`${path}: the export ${name} is no JSON`);
        return `export const ${name} = ${json};`;
      });
      return { contents: constants.join("\n"), loader: "js", watchFiles: sources };
    });
  },
};

/** Leaves out what a schema only says to people. A member of that name is no text and no list, but a schema. */
function withoutAnnotations(key, value) {
  if (key === "description" && typeof value === "string") return undefined;
  return key === "examples" && Array.isArray(value) ? undefined : value;
}

/**
 * Evaluates a module: it is bundled for this process, and imported from memory.
 *
 * @param {string} path
 * @returns {Promise<{ exports: Record<string, unknown>, sources: string[] }>} What it exports, and the files that it is
 *   made of.
 */
export async function evaluate(path) {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  const code = outputFiles[0].contents;
  const exports = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  return { exports: { ...exports }, sources: Object.keys(metafile.inputs) };
}
