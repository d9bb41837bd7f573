// Builds flock.ts for the native engine.
//
// usage: node scripts/bench/locks/build.mjs DIRECTORY, which gets bin/flock

import { fileURLToPath } from "node:url";
import { buildExecutables } from "../../build/executables.mjs";

const main = fileURLToPath(new URL("flock.ts", import.meta.url));
const [, , outdir = ""] = process.argv;
await buildExecutables({ entries: [{ name: "flock", main, evaluated: true }], outdir, targets: ["bin"] });
