// Measures what the project says about itself, and compares it with its peers: medians of runs in turn,
// on hosts of their own (network, mount and process namespaces; the machine's network is not touched).
//
// usage: see options.mjs
//
// Exit status: 1 when a stated limit is missed, or something of ours fails. Ratios to a peer are "not measured" where
// it cannot be had; that is no failure. 2 for a command line that makes no sense, 3 when this machine cannot
// build the native executables.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { go } from "./contest.mjs";
import { contests } from "./contests.mjs";
import { findCriu } from "./criu.mjs";
import { linesOf, sizeLines, verdictOf } from "./lines.mjs";
import { runOnOwnHost } from "./namespace.mjs";
import { parseOptions, usage } from "./options.mjs";
import { pages } from "./pages.mjs";
import { findPeers } from "./peers.mjs";
import { compilePrograms } from "./programs.mjs";
import { sizesOf } from "./sizes.mjs";
import { formatTable } from "./table.mjs";
import { writeIndex, writePage } from "./write-page.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = path("../../dist/bin");
const js = path("../../dist/js");
const names = ["bridge", "host-local", "lxc-cni"];
const help = `${usage}\n  ${[...contests.map(({ name }) => name), "size"].join("\n  ")}`;

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else if (options.help) console.log(help);
else if (isBuilt() || build()) bench(options);
else {
  console.error("bench: there are no native executables to measure (npm run build says why)");
  process.exitCode = 3;
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2), pages);
  } catch (error) {
    console.error(`bench: ${error.message}\n\n${help}`);
    return undefined;
  }
}

function isBuilt() {
  return [bin, js].every((directory) => names.every((name) => existsSync(join(directory, name))));
}

function build() {
  spawnSync(process.execPath, [path("../build/main.mjs")], { stdio: "inherit" });
  return isBuilt();
}

function bench({ rounds, isWanted, plugins, write }) {
  const peers = findPeers(plugins);
  const wanted = contests.filter(({ name }) => isWanted(name));
  const criu = wanted.some(({ needsCriu }) => needsCriu) ? findCriu() : undefined;
  const measured = measure(wanted, peers, criu?.path, rounds);
  if (isWanted("size")) measured.set("size", sizeLines(sizesOf(names, bin, peers)));
  const lines = [...measured.values()].flat();
  console.log(`medians and lower quartiles of ${rounds} rounds, in turn`);
  for (const { name, description } of peers) console.log(`${name}: ${description}`);
  if (criu?.reason !== undefined) console.log(`CRIU: not measured: ${criu.reason}`);
  console.log(`\n${formatTable(lines)}`);
  summarize(lines);
  if (write) writePages(measured, { rounds, peers });
}

/** @returns {Map<string, import("./lines.mjs").Line[]>} The lines of each contest, by its name. */
function measure(wanted, peers, criu, rounds) {
  const work = mkdtempSync(join(tmpdir(), "lxc-cni-bench-"));
  try {
    const directories = { bin, js, go: peers.find(({ name }) => name === go)?.plugins, criu };
    const call = { programs: compilePrograms(work), directories, peers, rounds };
    const entries = wanted.map((contest) => {
      const start = performance.now();
      const outcomes = runOnOwnHost(path("measure.mjs"), { ...call, contest: contest.name });
      process.stderr.write(`${contest.name}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
      return [
        contest.name,
        linesOf(
          contest,
          outcomes,
          peers.map(({ name }) => name),
        ),
      ];
    });
    return new Map(entries);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Says what became of what was stated, and why what failed did. */
function summarize(lines) {
  for (const verdict of ["ok", "not measured", "over", "failed"]) {
    const those = lines.filter((line) => verdictOf(line) === verdict);
    if (those.length > 0) console.log(`\n${verdict}: ${those.map(({ what }) => what).join("; ")}`);
    if ((verdict === "over" || verdict === "failed") && those.length > 0) process.exitCode = 1;
  }
  for (const { what, failure, reference, others } of lines) {
    if (failure !== undefined) console.log(`\n${what}: ${failure}`);
    for (const compared of [reference, ...others]) {
      if (compared.failure === undefined) continue;
      console.log(`\n${what}: ${compared.name}, timed all the same: ${compared.failure}`);
    }
  }
}

/** Writes the pages all of whose contests were held, and the list of pages. */
function writePages(measured, circumstances) {
  for (const page of pages) {
    const missing = page.contests.filter((name) => !measured.has(name));
    if (missing.length === page.contests.length) continue;
    if (missing.length > 0) {
      console.log(`\nnot written: ${page.name}, without ${missing.join("; ")}`);
      continue;
    }
    const lines = page.contests.flatMap((name) => measured.get(name));
    console.log(`\nwritten: ${writePage(page, lines, circumstances).join(", ")}`);
  }
  console.log(`\nwritten: ${writeIndex(pages)}`);
}
