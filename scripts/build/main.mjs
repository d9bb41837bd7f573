// Builds what is shipped: dist/js (bundles for Node.js) and dist/bin (native executables).
//
// usage: node scripts/build/main.mjs

import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildExecutables, projectRoot } from "./executables.mjs";
import { findToolchain } from "./toolchain.mjs";

const entries = [
  { name: "bridge", main: join(projectRoot, "plugins/bridge/main.ts") },
  { name: "host-local", main: join(projectRoot, "ipam/host-local/main.ts") },
  { name: "lxc-cni", main: join(projectRoot, "lxc/main.ts") },
];

const present = entries.filter(({ name, main }) => {
  if (existsSync(main)) return true;
  console.log(`${name}: skipped, there is no ${main.slice(projectRoot.length + 1)}`);
  return false;
});

if (present.length > 0) {
  const toolchain = findToolchain();
  const targets = toolchain.directory === undefined ? ["js"] : ["js", "bin"];
  if (toolchain.directory === undefined) console.log(`dist/bin: skipped, ${toolchain.reason}`);
  const built = await buildExecutables({ entries: present, outdir: join(projectRoot, "dist"), targets });
  for (const { path, size } of built) console.log(`${path.slice(projectRoot.length + 1)}  ${size} bytes`);
}
