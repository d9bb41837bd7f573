import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

describeVariants("20 containers that start at once", (variant) => {
  test("all get addresses of their own, and leave nothing when they stop at once", async ({ host }) => {
    const ids = Array.from({ length: 20 }, (_, number) => `c${number + 1}`);
    const containers = await Promise.all(ids.map((id) => host.container(id)));
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);

    const answers = await Promise.all(containers.map((container) => simplenet.add(container)));
    const given = answers.flatMap((answer) => resultOf(answer).ips.map(({ address }) => address));
    expect(new Set(given).size).toBe(20);
    const ports = JSON.parse(await host.run(["ip", "-json", "link", "show", "master", "cnibr0"]));
    expect(ports).toHaveLength(20);
    const rules = await host.run(["iptables", "-t", "nat", "-S"]);
    expect(rules.match(/^-A POSTROUTING /gm)).toHaveLength(20);
    expect(rules.match(/ -j MASQUERADE$/gm)).toHaveLength(20);
    await Promise.all(containers.map((container) => container.run(["ping", "-c1", "-W2", "10.10.0.1"])));

    const farewells = await Promise.all(containers.map((container) => simplenet.del(container)));
    farewells.forEach(succeeded);
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
