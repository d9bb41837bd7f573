import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

describeEngines("masquerade rules", (variant) => {
  test("of an interface are found again and removed, whatever it is called", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    for (const ifname of ["a'b", 'a"b', "a\\b", "$(id)", "-j"]) {
      succeeded(await simplenet.add(c1, { ifname }));
      const rules = await host.run(["iptables", "-t", "nat", "-S"]);
      // A container that was lost, and comes again: the rules are there already.
      await c1.run(["ip", "link", "delete", ifname]);
      succeeded(await simplenet.add(c1, { ifname }));
      expect(await host.run(["iptables", "-t", "nat", "-S"])).toBe(rules);
      succeeded(await simplenet.del(c1, { ifname }));
      expect(difference(before, await snapshot(host)), ifname).toEqual([]);
    }
  });

  test("of one interface stay when another one of the container goes, whichever", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    const [first, second] = [{ ifname: "eth0" }, { ifname: "eth1" }];
    // The default route of the first interface is in the way of the second one's.
    const quiet = networkOn(host, variant, { ...recipe, isDefaultGateway: false, isGateway: true });
    for (const [gone, left] of [
      [first, second],
      [second, first],
    ] as const) {
      succeeded(await simplenet.add(c1, first));
      succeeded(await quiet.add(c1, second));
      succeeded(await simplenet.del(c1, gone));
      const rules = await host.run(["iptables", "-t", "nat", "-S"]);
      expect(rules.match(/^-A POSTROUTING /gm)).toHaveLength(1);
      expect(rules.match(/ -j (ACCEPT|MASQUERADE)$/gm)).toHaveLength(2);
      expect(rules).toContain(`"lxc-cni ${left.ifname}"`);
      succeeded(await simplenet.del(c1, left));
      expect(difference(before, await snapshot(host))).toEqual([]);
    }
  });
});
