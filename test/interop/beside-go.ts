import { beforeEach, describe } from "vitest";
import { type GoRelease, goPlugins } from "../fixture/go-plugins.ts";
import { bootHost, type Host } from "../fixture/host.ts";
import { test as base } from "../fixture/test.ts";
import { anyVariant, missing, type Variant, variants } from "../fixture/variants.ts";

/** Ours, and the Go plugins. */
export interface Sides {
  readonly ours: Variant;
  readonly go: Variant;
}

/** Which of ours, and which release of the Go plugins. */
interface Choice {
  /** The first one that can run here when absent. */
  readonly ours?: Variant;
  /** 1.9.1 when absent. */
  readonly release?: GoRelease;
}

/** Describes a behaviour of ours beside the Go plugins. Skipped with the reason where one of the two cannot be had. */
export async function describeBesideGo(
  behaviour: string,
  body: (sides: Sides) => void,
  { ours = anyVariant() ?? variants[0], release = "1.9.1" }: Choice = {},
): Promise<void> {
  if (ours === undefined) throw new Error("there are no variants");
  const go = await goPlugins(release);
  describe(`${behaviour} [${ours.name}; ${go.name}]`, () => {
    const reason = missing(ours) ?? go.missing;
    if (reason !== undefined) beforeEach(({ skip }) => skip(reason));
    body({ ours, go });
  });
}

/** A test that gets two hosts, for two sides that are not to see each other. */
export const test = base.extend<{ otherHost: Host }>({
  // `host` comes first: it skips the test where there can be no hosts.
  otherHost: async ({ host: _ }, use) => {
    const host = await bootHost();
    await use(host);
    await host.end();
  },
});
