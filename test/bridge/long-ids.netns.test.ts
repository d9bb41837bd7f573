import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { check } from "../fixture/verbs.ts";

/** The alias of the port has 255 bytes with 232 characters; the comment of rules has 256. */
const lengths = [231, 232, 233, 250];

describeVariants("A container with an id of many characters", (variant) => {
  test.for(lengths)("can be attached, checked and detached: %i", async (length, { host }) => {
    const { configuration } = networkCases.iptables;
    const { netns, ...rest } = await host.container("c1");
    const container = { ...rest, netns, id: "c".repeat(length) };
    const before = await snapshot(host);
    const network = networkOn(host, variant, configuration);
    const added = await network.add(container);
    succeeded(added);
    succeeded(await check(network, configuration, container, added));
    succeeded(await network.del(container));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
