import * as esbuild from "esbuild";

/**
 * Replaces each `*.schema.ts` by the plain JSON of the schemas that it exports.
 *
 * They are written with TypeBox, which is good to read and takes milliseconds to start. What it makes is JSON
 * Schema, so it need not be there at run time.
 *
 * @type {esbuild.Plugin}
 */
export const schemaPlugin = {
  name: "schema",
  setup(build) {
    build.onLoad({ filter: /\.schema\.ts$/ }, async ({ path }) => {
      const { exports, sources } = await evaluate(path);
      const constants = Object.entries(exports).map(([name, value]) => {
        const json = JSON.stringify(value);
        if (json === undefined) throw new Error(`${path}: the export ${name} is no JSON`);
        return `export const ${name} = ${json};`;
      });
      return { contents: constants.join("\n"), loader: "js", watchFiles: sources };
    });
  },
};

/** The exports of a module, bundled for this process and imported from memory. */
async function evaluate(path) {
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
