// Writes docs/schema, by which editors complete and check network configurations.
//
// usage: node scripts/schema.mjs

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./build/executables.mjs";
import { schemaFiles } from "./build/schema-files.mjs";

const directory = join(projectRoot, "docs/schema");
mkdirSync(directory, { recursive: true });
for (const [name, text] of Object.entries(await schemaFiles(projectRoot))) {
  writeFileSync(join(directory, name), text);
}
