import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import type { Variant } from "../fixture/variants.ts";
import { missingToolchain } from "../system/build.ts";
import { buildFaultyPlugins } from "./build.ts";

/** The plugins of the tests; their executables take a fault from the environment. */
const variants: Pick<Variant, "name" | "environment">[] = [
  { name: "netlink", environment: {} },
  { name: "iproute2", environment: { LXC_CNI_LINKS: "iproute2" } },
];

const kinds = ["fail", "late", "kill"] as const;

let outdir = "";
let directory = "";
beforeAll(async () => {
  if (missingToolchain !== undefined) return;
  outdir = mkdtempSync(join(tmpdir(), "lxc-cni-faults-"));
  directory = await buildFaultyPlugins(outdir);
}, 120_000);
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

for (const { name, environment } of variants) {
  describe.skipIf(missingToolchain !== undefined)(`one fault at every step of the recipe [${name}]`, () => {
    const variantOf = (): Variant => ({ name, directory, environment });

    for (const kind of kinds) {
      for (const bridge of ["without a bridge", "with its bridge"]) {
        test(`ADD ${bridge}, ${kind}: leaves nothing, or what DEL removes`, { timeout: 240_000 }, async ({
          host,
        }) => {
          const simplenet = networkOn(host, variantOf(), recipe);
          const container = await host.container("c1");
          const before = await snapshot(host);
          const prepare = async () => {
            if (bridge === "without a bridge") await host.attempt(["ip", "link", "delete", "cnibr0"]);
          };
          succeeded(await simplenet.add(container));
          succeeded(await simplenet.del(container));
          await prepare();
          const steps = await countSteps(() => simplenet.add(container, faultAt("count")));
          succeeded(await simplenet.del(container));
          const problems: string[] = [];
          for (let step = 1; step <= steps; step++) {
            await prepare();
            const answer = await simplenet.add(container, faultAt(`${kind}:${step}`));
            // Killed, it could undo nothing; and a step that is only an attempt does not make it fail.
            const isUndone = answer.status !== 0 && kind !== "kill";
            if (!isUndone) succeeded(await simplenet.del(container));
            const left = difference(before, await snapshot(host));
            problems.push(
              ...left.map((line) => `${kind}:${step} ${answer.output.slice(0, 300)} left ${line}`),
            );
            if (left.length > 0) succeeded(await simplenet.del(container));
          }
          console.log(`ADD ${bridge}, ${name}: ${steps} steps, a ${kind} at each`);
          expect(problems).toEqual([]);
          succeeded(await simplenet.add(container));
        });
      }

      test(`DEL, ${kind}: the next DEL finishes it`, { timeout: 240_000 }, async ({ host }) => {
        const variant = variantOf();
        const simplenet = networkOn(host, variant, recipe);
        const container = await host.container("c1");
        const before = await snapshot(host);
        succeeded(await simplenet.add(container));
        const steps = await countSteps(() => simplenet.del(container, faultAt("count")));
        const problems: string[] = [];
        for (let step = 1; step <= steps; step++) {
          succeeded(await simplenet.add(container));
          const answer = await simplenet.del(container, faultAt(`${kind}:${step}`));
          if (answer.status !== 0) succeeded(await simplenet.del(container));
          const left = difference(before, await snapshot(host));
          problems.push(...left.map((line) => `${kind}:${step} ${answer.output.slice(0, 300)} left ${line}`));
          if (left.length > 0) succeeded(await simplenet.del(container));
        }
        console.log(`DEL, ${name}: ${steps} steps, a ${kind} at each`);
        expect(problems).toEqual([]);
      });
    }
  });
}

function faultAt(fault: string) {
  return { env: { LXC_CNI_FAULT: fault } };
}

async function countSteps(call: () => Promise<{ errors: string }>): Promise<number> {
  const { errors } = await call();
  const steps = Number(/steps: (\d+)/.exec(errors)?.[1]);
  expect(steps).toBeGreaterThan(10);
  return steps;
}
