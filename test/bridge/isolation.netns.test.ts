import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

describeVariants("isolated containers", (variant) => {
  test("reach the gateway and those that are not isolated, but not each other", async ({ host }) => {
    const [c1, c2, open] = [
      await host.container("c1"),
      await host.container("c2"),
      await host.container("c3"),
    ];
    const isolated = networkOn(host, variant, { ...recipe, portIsolation: true });
    succeeded(await isolated.add(c1));
    succeeded(await isolated.add(c2));
    succeeded(await networkOn(host, variant, recipe).add(open));
    // The answers that there must be come first: what is silent then is not just slow.
    expect(await Promise.all([pings(c1, "10.10.0.1"), pings(c2, "10.10.0.1")])).toEqual([true, true]);
    expect(await Promise.all([pings(c1, "10.10.0.4"), pings(open, "10.10.0.3")])).toEqual([true, true]);
    expect(await Promise.all([pings(c1, "10.10.0.3"), pings(c2, "10.10.0.2")])).toEqual([false, false]);
  });
});

/** Whether somebody answers within a second. */
async function pings(from: Container, to: string): Promise<boolean> {
  return (await from.attempt(["ping", "-c1", "-W1", to])).status === 0;
}
