import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import type { Host } from "../fixture/host.ts";
import { anyVariant, type Variant } from "../fixture/variants.ts";
import { test as lxcTest } from "../lxc/lxc.ts";

const script = fileURLToPath(new URL("../../scripts/criu", import.meta.url));
const found = spawnSync(script, { encoding: "utf8" });

/** Why there is no CRIU for tests; undefined where there is. */
export const whyNoCriu = found.status === 0 ? undefined : `needs CRIU: ${found.stderr.trim()}`;

/** A test on a host that has CRIU, where one can be had that works on this machine's kernel. */
export const test = lxcTest.extend<{ criu: undefined }>({
  criu: [
    async ({ host, skip }, use) => {
      if (whyNoCriu !== undefined) skip(whyNoCriu);
      await giveCriu(host);
      await use(undefined);
    },
    { auto: true },
  ],
});

/** Describes what is the same whatever the executables are made of, by the first ones that can run here. */
export function describeOnce(behaviour: string, body: (variant: Variant) => void): void {
  describe(behaviour, () => {
    const variant = anyVariant();
    if (variant === undefined)
      test("needs executables", ({ skip }) => skip("nothing has been built (npm run build)"));
    else body(variant);
  });
}

/** Has a host find CRIU as an installed one. */
export async function giveCriu(host: Host): Promise<void> {
  await host.run(["mount", "--bind", criuDirectory(), "/usr/local/sbin"]);
}

/** Where it is. */
export function criuDirectory(): string {
  return dirname(found.stdout.trim());
}
