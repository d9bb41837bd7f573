import { expect, vi } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { type Variant, variants } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import type { Case } from "./case.ts";
import { cases } from "./configurations.ts";
import { compare, type Departure, departures } from "./departures.ts";
import { call, containersOf, membersOn } from "./members.ts";
import { observe, observeResult } from "./observations.ts";

await describeBesideGo(
  "ADD answers what the Go plugin answers, and makes of a host the same",
  ({ ours, go }) => {
    const seen = new Set<Departure>();
    let compared = 0;

    for (const each of cases) {
      test(each.name, async ({ host, otherHost }) => {
        const found = await expectTheSame(each, [otherHost, go], [host, ours]);
        for (const departure of found) seen.add(departure);
        compared++;
      });
    }

    test("every departure that is listed was seen", ({ skip }) => {
      if (compared < cases.length) skip("only some of the networks were compared");
      expect(departures.filter((each) => !seen.has(each)).map(({ what }) => what)).toEqual([]);
    });
  },
);

/** Networks that have all steps on links between them. */
const telling = ["everything at once", "three subnets", "metrics", "forceAddress", "no addresses"];

for (const ours of variants.slice(1)) {
  await describeBesideGo(
    "so it does with other means",
    ({ go }) => {
      for (const each of cases.filter(({ configuration }) => configuration.cniVersion === "1.1.0")) {
        if (!telling.some((words) => each.name.includes(words))) continue;
        test(each.name, async ({ host, otherHost }) => {
          await expectTheSame(each, [otherHost, go], [host, ours]);
        });
      }
    },
    { ours },
  );
}

/** A host, and the plugins that are called on it. */
type Side = readonly [Host, Variant];

/** Has both sides attach the members of a case. @returns the departures that were seen. */
async function expectTheSame(each: Case, go: Side, ours: Side): Promise<readonly Departure[]> {
  const [byGo, byOurs] = await Promise.all([added(each, go), added(each, ours)]);
  expect(byOurs.results).toEqual(byGo.results);
  // The kernel adds the local route of an IPv6 address a moment after the address.
  return vi.waitFor(async () => {
    const differences = compare(each, await byGo.look(), await byOurs.look());
    expect(differences.unexplained).toEqual([]);
    return differences.departures;
  }, patience);
}

const patience = { timeout: 3_000, interval: 100 };

/** What ADD of all members of a case came to: the results, and a look at the host. */
async function added(
  each: Case,
  [host, plugins]: Side,
): Promise<{ results: string[]; look(): Promise<string[]> }> {
  const members = await membersOn(host, each);
  const containers = containersOf(members);
  const results: string[] = [];
  for (const member of members) {
    const answer = await call(host, plugins, "ADD", each.configuration, member);
    succeeded(answer);
    results.push(await observeResult(answer, host, containers, each.mac));
  }
  return { results, look: () => observe(host, containers, each.mac) };
}
