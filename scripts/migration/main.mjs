// Says what happened when a container moved, and draws it.
//
// usage: node scripts/migration/main.mjs CRIU [FILE.svg], by scripts/migrate-demo

import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runOnOwnHost } from "../bench/namespace.mjs";
import { draw } from "./draw.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const bin = path("../../dist/bin");
if (!existsSync(`${bin}/lxc-cni`)) throw new Error(`${bin} has not been built (npm run build)`);

const [, , criu = "", picture] = process.argv;
/** @type {import("./record.mjs").Recording} */
const recording = runOnOwnHost(path("record.mjs"), { bin, criu: dirname(criu) });
const { counts, steps, downtime, parts } = recording;

for (const { where, what, begin, end } of steps) {
  console.log(`${where.padEnd(6)}  ${what.padEnd(44)}  ${inMilliseconds(end - begin)}`);
}
console.log(`
The client was told ${counts.length} numbers, ${counts[0]?.count} to ${counts.at(-1)?.count}, by one connection; none was
missing. Between two of them were at most ${inMilliseconds(downtime)}; CRIU took ${inMilliseconds(parts.criu)} of that,\nlxc-cni ${inMilliseconds(parts.own)}, the copy ${inMilliseconds(parts.copy)}, LXC the rest.`);
if (picture !== undefined) {
  writeFileSync(picture, draw(recording));
  console.log(`${picture} shows it.`);
}

function inMilliseconds(time) {
  return `${time.toFixed(0)} ms`;
}
