import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { snapshot } from "../fixture/snapshot.ts";
import type { Variant } from "../fixture/variants.ts";
import { describeBesideGo, test } from "./beside-go.ts";
import type { Case } from "./case.ts";
import { cases, hasCheck, olderCases } from "./configurations.ts";
import { leftByGoSince, leftSince } from "./leftovers.ts";
import { call, membersOn, remembering } from "./members.ts";

for (const [release, networks] of [
  ["1.9.1", cases],
  ["1.1.1", olderCases],
] as const) {
  await describeBesideGo(
    "what one side made is found whole by the other one, and removed without a trace",
    ({ ours, go }) => {
      for (const each of networks) {
        test(`made by the Go plugin, removed by ours: ${each.name}`, async ({ host }) => {
          await handOver(host, each, { from: go, to: ours, left: leftSince });
        });

        test(`made by ours, removed by the Go plugin: ${each.name}`, async ({ host }) => {
          await handOver(host, each, {
            from: ours,
            to: go,
            cannotCheck: each.goCannotCheck,
            complainsOfDel: each.goComplainsOfDel,
            left: leftByGoSince,
          });
        });
      }
    },
    { release },
  );
}

/** ADD by one side, then CHECK and DEL by the other. */
interface HandOver {
  readonly from: Variant;
  readonly to: Variant;
  /** Why the CHECK is bound to fail. */
  readonly cannotCheck?: string | undefined;
  /** Why the DEL is bound to fail, though all is gone. */
  readonly complainsOfDel?: string | undefined;
  /** Looks for what is left afterwards. */
  readonly left: typeof leftSince;
}

async function handOver(
  host: Host,
  each: Case,
  { from, to, cannotCheck, complainsOfDel, left }: HandOver,
): Promise<void> {
  const { configuration } = each;
  const members = await membersOn(host, each);
  const before = await snapshot(host);
  const made = [];
  for (const member of members) {
    const answer = await call(host, from, "ADD", configuration, member);
    succeeded(answer);
    made.push({ member, known: remembering(configuration, answer) });
  }
  if (hasCheck(configuration) && cannotCheck === undefined) {
    for (const { member, known } of made) succeeded(await call(host, to, "CHECK", known, member));
  }
  for (const { member, known } of made) {
    const answer = await call(host, to, "DEL", known, member);
    if (complainsOfDel === undefined) succeeded(answer);
  }
  expect(await left(before, host)).toEqual([]);
}
