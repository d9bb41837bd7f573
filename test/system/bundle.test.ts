import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bundle } from "../../scripts/build/bundle.mjs";
import { projectRoot } from "../../scripts/build/executables.mjs";
import { withDirectory } from "./build.ts";

/** Bundles a program of several files; returns its code. */
function bundleFiles(files: Readonly<Record<string, string>>, target: "js" | "bin"): Promise<string> {
  return withDirectory(async (directory) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    // So that TypeBox is found from there.
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(join(projectRoot, "node_modules/typebox"), join(directory, "node_modules/typebox"));
    const main = join(directory, "main.ts");
    const [{ code = "" } = {}] = await bundle({ main, target, version: "0.0.0", root: projectRoot });
    return code;
  });
}

test.each(["js", "bin"] as const)(
  "schemas are in the bundle as JSON, TypeBox is not (%s)",
  async (target) => {
    const code = await bundleFiles(
      {
        "point.schema.ts": `
        import { type Static, Type } from "typebox";
        import { limit } from "./limit.ts";
        export const Point = Type.Object({ x: Type.Integer({ maximum: limit }), y: Type.Optional(Type.Integer()) });
        export type Point = Static<typeof Point>;
      `,
        "limit.ts": "export const limit = 7;",
        "main.ts": `import { Point } from "./point.schema.ts"; console.log(JSON.stringify(Point));`,
      },
      target,
    );
    expect(code.length).toBeLessThan(500);
    const printed: string[] = [];
    new Function("console", code.replace(/^#!.*/, ""))({ log: (text: string) => printed.push(text) });
    expect(JSON.parse(printed.join())).toEqual({
      type: "object",
      required: ["x"],
      properties: { x: { type: "integer", maximum: 7 }, y: { type: "integer" } },
    });
  },
);

test.each(["node:fs", "fs", "fs/promises"])(
  "what the native engine has not, such as %s, is refused",
  async (name) => {
    const files = { "main.ts": `import * as fs from "${name}"; console.log(fs);` };
    await expect(bundleFiles(files, "bin")).rejects.toThrow(
      `imports ${name}, which the native engine does not have`,
    );
    await expect(bundleFiles(files, "js")).resolves.toContain(name);
  },
);
