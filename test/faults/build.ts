import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutables, projectRoot } from "../../scripts/build/executables.mjs";

/** Builds bridge and host-local with a system that fails on demand; returns their directory. */
export async function buildFaultyPlugins(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), "lxc-cni-faults-"));
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
