// Takes locks by proper-lockfile, with its defaults but for the pause between two tries, which is as short as may be.
//
// usage: the same as of flock.ts

import { writeFileSync } from "node:fs";
import { lock } from "proper-lockfile";

const [path, what] = process.argv.slice(2);
writeFileSync(path, "");
const take = () => lock(path, { retries: { forever: true, factor: 1, minTimeout: 1, maxTimeout: 3 } });
const start = performance.now();
if (what === "free") for (let number = 0; number < 1000; number++) await (await take())();
else await take();
console.log(performance.now() - start);
if (what === "hold") process.stdin.resume();
else process.exit();
