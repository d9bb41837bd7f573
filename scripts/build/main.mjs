// Builds what is shipped: dist/js (bundles for Node.js) and dist/bin (native executables).
//
// usage: node scripts/build/main.mjs [--arch ARCH]
//
//   --arch  build native executables for this architecture alone, as Debian calls it: dist/bin-arm64

import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { buildExecutables, projectRoot } from "./executables.mjs";
import { findToolchain } from "./toolchain.mjs";

const entries = [
  { name: "bridge", main: join(projectRoot, "plugins/bridge/main.ts"), evaluated: true },
  { name: "host-local", main: join(projectRoot, "ipam/host-local/main.ts"), evaluated: true },
  { name: "lxc-cni", main: join(projectRoot, "lxc/main.ts"), evaluated: true },
];

const architecture = architectureOf(process.argv.slice(2));
const toolchain = findToolchain({ architecture });
const bin = architecture === undefined ? "bin" : `bin-${architecture}`;
const targets = [
  ...(architecture === undefined ? ["js"] : []),
  ...(toolchain.directory === undefined ? [] : ["bin"]),
];
if (toolchain.directory === undefined) console.log(`dist/${bin}: skipped, ${toolchain.reason}`);

const outdir = join(projectRoot, "dist");
for (const { path, size } of await buildExecutables({ entries, outdir, targets, architecture })) {
  console.log(`${path.slice(projectRoot.length + 1)}  ${size} bytes`);
}

// The licences of what the native executables hold have to go along with them (NOTICE), and packages say what that is.
if (toolchain.directory !== undefined) {
  const files = {
    "copyright.quickjs-ng": "LICENSE.quickjs-ng",
    "copyright.musl": "LICENSE.musl",
    versions: "versions",
  };
  for (const [from, to] of Object.entries(files)) {
    copyFileSync(join(toolchain.directory, from), join(outdir, bin, to));
  }
}

function architectureOf(words) {
  if (words.length === 0) return undefined;
  const [option, name = "", ...rest] = words;
  if (option === "--arch" && /^[a-z0-9]+$/.test(name) && rest.length === 0) return name;
  console.error("usage: npm run build -- [--arch ARCH]");
  process.exit(2);
}
