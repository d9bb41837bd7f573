// Measures what the project says about itself, and compares it with the Go reference plugins: medians of runs in turn,
// on a host of their own (network, mount and process namespaces; the machine's network is not touched).
//
// usage (as root): node scripts/bench/main.mjs [RUNS]
//
//   RUNS   how often each thing is measured; 20 when absent
//
// Exit status: 1 when a stated limit is missed. Ratios to the Go plugins are "not measured" where these cannot be had;
// that is no failure. 3 when this machine cannot build the native executables.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileLauncher } from "./launcher.mjs";
import { linesOf, verdictOf } from "./lines.mjs";
import { runOnOwnHost } from "./namespace.mjs";
import { findReference } from "./reference.mjs";
import { formatTable } from "./table.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = path("../../dist/bin");
const js = path("../../dist/js");
const names = ["bridge", "host-local", "lxc-cni"];
const runs = Number(process.argv[2] ?? 20);

if (!isBuilt()) spawnSync(process.execPath, [path("../build/main.mjs")], { stdio: "inherit" });
if (isBuilt()) bench();
else {
  console.error("bench: there are no native executables to measure (npm run build says why)");
  process.exitCode = 3;
}

function isBuilt() {
  return [bin, js].every((directory) => names.every((name) => existsSync(join(directory, name))));
}

function bench() {
  const reference = findReference();
  const lines = linesOf(measure({ bin, js, go: reference.directory }), sizes(reference.directory));
  console.log(`medians and minima of ${runs} runs, in turn; Go: ${describe(reference)}\n`);
  console.log(formatTable(lines));
  for (const verdict of ["kept", "not measured", "missed"]) {
    const those = lines.filter((line) => verdictOf(line) === verdict);
    if (those.length > 0) console.log(`\n${verdict}: ${those.map(({ what }) => what).join("; ")}`);
    if (verdict === "missed" && those.length > 0) process.exitCode = 1;
  }
}

function measure(directories) {
  const work = mkdtempSync(join(tmpdir(), "lxc-cni-bench-"));
  try {
    return runOnOwnHost(path("measure.mjs"), { launcher: compileLauncher(work), directories, runs });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sizes(go) {
  return names.map((name) => ({
    name,
    ours: statSync(join(bin, name)).size,
    go: go && existsSync(join(go, name)) ? statSync(join(go, name)).size : undefined,
  }));
}

function describe(reference) {
  return reference.directory === undefined
    ? `not measured: ${reference.reason}`
    : `containernetworking-plugins ${reference.version}`;
}
