import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { check } from "../fixture/verbs.ts";

const rounds = 20;
const callsAtOnce = 8;

/** Attached already, holding an address already, and another call has the lock. */
const losersCodes = [102, 111, 11];

describeVariants("ADDs of one attachment, 8 at once", (variant) => {
  test("end with one that succeeds, whole; the others are refused", { timeout: 240_000 }, async ({
    host,
  }) => {
    const { configuration, gateways } = networkCases.iptables;
    const simplenet = networkOn(host, variant, configuration);
    const outside = await attachOutside(host);
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    for (let round = 1; round <= rounds; round++) {
      const answers = await Promise.all(Array.from({ length: callsAtOnce }, () => simplenet.add(c1)));
      const winners = answers.filter(({ status }) => status === 0);
      const losers = answers.filter(({ status }) => status !== 0).map(refusalOf);
      const [winner] = winners;
      expect(winners, `round ${round}: ${JSON.stringify(losers)}`).toHaveLength(1);
      if (winner === undefined) continue;
      expect(losers.filter(({ code }) => !losersCodes.includes(code))).toEqual([]);

      const [given] = resultOf(winner).ips;
      expect(await c1.run(["ip", "-4", "-o", "address", "show", "eth0"])).toContain(given?.address);
      for (const address of [...gateways, outside.address]) await c1.run(["ping", "-c1", "-W2", address]);
      succeeded(await check(simplenet, configuration, c1, winner));

      succeeded(await simplenet.del(c1));
      expect(difference(before, await snapshot(host)), `round ${round}`).toEqual([]);
    }
    // Nobody behind the host has seen the container's own address.
    expect(await outside.sources()).toEqual([outside.hostAddress]);
  });
});
