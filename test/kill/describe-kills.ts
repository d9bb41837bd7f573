import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { type NetworkCase, networkCases } from "../fixture/networks.ts";
import { printedSeed, randomNumbers, trialsOf } from "../fixture/seed.ts";
import { test } from "../fixture/test.ts";
import { anyVariant } from "../fixture/variants.ts";
import { missingToolchain } from "../system/build.ts";
import { compileKiller } from "./killer.ts";
import { killAtRandom, type Outcome } from "./trials.ts";

/** Describes what has to hold when calls of a verb are killed, on every kind of network. */
export function describeKills(verb: "ADD" | "DEL"): void {
  const variant = anyVariant();
  // Under Node.js, commands do not end with the plugin that started them.
  const isNative = variant?.directory.endsWith("/bin") === true && missingToolchain === undefined;
  const seed = printedSeed(`moments at which ${verb} is killed`);

  let directory = "";
  let killer = "";
  beforeAll(() => {
    if (!isNative) return;
    directory = mkdtempSync(join(tmpdir(), "lxc-cni-kill-"));
    killer = compileKiller(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  for (const network of Object.values<NetworkCase>(networkCases)) {
    describe(`${verb} that is killed [${network.what}]`, () => {
      test.for(["DEL", "GC alone"] as const)(
        "leaves nothing that %s does not remove",
        { timeout: 300_000 },
        async (recovery, { host, skip }) => {
          if (!isNative || variant === undefined)
            return skip("there is no native executable of bridge to kill");
          const random = randomNumbers(seed);
          const size = { rounds: trialsOf(4), containers: 10 };
          const outcome = await killAtRandom(host, {
            ...size,
            variant,
            killer,
            network,
            verb,
            recovery,
            random,
          });
          console.log(`${network.what}: ${verb}, then ${recovery}: ${summaryOf(outcome)}`);
          // Fewer would mean that the calls are over before they are killed.
          expect(outcome.lives.length).toBeGreaterThan(outcome.trials / 3);
        },
      );
    });
  }
}

/** `40 trials, 38 killed; 9, 11, 8, 10 in the quarters of 5.1 ms` */
function summaryOf({ trials, lives, duration }: Outcome): string {
  const quarters = [0, 1, 2, 3].map(
    (quarter) => lives.filter((life) => Math.min(3, Math.floor((4 * life) / duration)) === quarter).length,
  );
  const milliseconds = (duration / 1000).toFixed(1);
  return `${trials} trials, ${lives.length} killed; ${quarters.join(", ")} in the quarters of ${milliseconds} ms`;
}
