import fc from "fast-check";
import { test as base, expect } from "vitest";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { variants } from "../fixture/variants.ts";
import { describeBesideGo, test } from "../interop/beside-go.ts";
import { play } from "./play.ts";
import { stories } from "./stories.ts";

const seed = printedSeed("stories of leases");

/** How many stories for each engine: Node.js takes longer to start than all the rest. */
const usual = { bin: 800, js: 15 };

/** What must have come about, so that nobody is content with stories in which nothing happens. */
const endings = [0, 110, 111, 112, 113].flatMap((code) => [`ours ADD ${code}`, `go ADD ${code}`]);

for (const engine of ["bin", "js"] as const) {
  const ours = variants.find((each) => each.directory.endsWith(`/${engine}`));
  if (ours === undefined) {
    base("stories of leases", ({ skip }) => skip("LXC_CNI_TEST_PLUGINS is set: the model is of ours"));
    continue;
  }
  await describeBesideGo(
    "whatever happens to leases, by ours, by the Go plugin, or behind their backs",
    (sides) => {
      test("each call answers and leaves what the model says", { timeout: 600_000 }, async ({ host }) => {
        const container = await host.container("c1");
        const counts = new Map<string, number>();
        const note = (ending: string) => counts.set(ending, (counts.get(ending) ?? 0) + 1);
        const numRuns = trialsOf(usual[engine]);
        const stage = { host, container, sides, note };
        await fc.assert(
          fc.asyncProperty(stories, (story) => play(stage, story)),
          { seed, numRuns },
        );
        console.log(`${engine}, ${numRuns} stories: ${summaryOf(counts)}`);
        if (engine === "bin") expect([...counts.keys()]).toEqual(expect.arrayContaining(endings));
      });
    },
    { ours },
  );
}

/** `go ADD 0: 812, go ADD 110: 97, ...` */
function summaryOf(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort()
    .map(([ending, count]) => `${ending}: ${count}`)
    .join(", ");
}
