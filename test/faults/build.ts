import { join } from "node:path";
import { buildExecutables, projectRoot } from "../../scripts/build/executables.mjs";

/** Builds bridge and host-local with a system that fails on demand, below `outdir`; returns their directory. */
export async function buildFaultyPlugins(outdir: string): Promise<string> {
  await buildExecutables({
    entries: [
      { name: "bridge", main: join(projectRoot, "plugins/bridge/main.ts") },
      { name: "host-local", main: join(projectRoot, "ipam/host-local/main.ts") },
    ],
    outdir,
    targets: ["bin"],
    faults: true,
  });
  return join(outdir, "bin");
}
