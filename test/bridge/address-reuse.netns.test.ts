import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const addresses = ["10.10.0.50", "fd00::50"];
const configuration = {
  ...{ ...recipe, cniVersion: "1.0.0", ipMasq: false },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00::/64" }]] },
};

describeVariants("addresses that another container had a moment ago", (variant) => {
  test("are reached at once, though everybody remembers that one's MAC", async ({ host }) => {
    const [c1, c2, c3] = [await host.container("c1"), await host.container("c2"), await host.container("c3")];
    const fixed = networkOn(host, variant, { ...configuration, args: { cni: { ips: addresses } } });
    succeeded(await networkOn(host, variant, configuration).add(c3));
    const pingAll = () =>
      Promise.all(
        [c3, host].flatMap((from) => addresses.map((each) => from.run(["ping", "-c1", "-W2", each]))),
      );

    const before = macOf(resultOf(await fixed.add(c1)));
    await pingAll();
    for (const place of [host, c3]) {
      for (const address of addresses) expect(await neighbour(place, address)).toContain(before);
    }
    succeeded(await fixed.del(c1));

    const after = macOf(resultOf(await fixed.add(c2)));
    expect(after).not.toBe(before);
    for (const address of addresses) expect(await neighbour(host, address)).not.toContain(before);
    await pingAll();
  });
});

/** What somebody knows of an address, in the words of `ip`. */
function neighbour(place: Pick<Host, "run">, address: string): Promise<string> {
  return place.run(["ip", "neighbour", "show", "to", address]);
}

function macOf({ interfaces }: ReturnType<typeof resultOf>): string {
  return interfaces[2]?.mac ?? "";
}
