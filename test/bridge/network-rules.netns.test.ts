import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";
import { attach } from "./attached.ts";
import { recipe } from "./recipe.ts";

const ping = (address: string) => ["ping", "-c1", "-W2", address];

describeEngines("rules that a network has", (variant) => {
  for (const ipMasqBackend of ["iptables", "nftables"]) {
    const simplenet = { ...recipe, cniVersion: "1.1.0", ipMasqScope: "network", ipMasqBackend };
    const othernet = {
      ...{ ...simplenet, name: "othernet", bridge: "br1" },
      ipam: { ...recipe.ipam, subnet: "10.20.0.0/16" },
    };

    test(`are made with its first container and go with its last: ${ipMasqBackend}`, async ({ host }) => {
      const outside = await attachOutside(host);
      const [c1, c2, c3] = [
        await host.container("c1"),
        await host.container("c2"),
        await host.container("c3"),
      ];
      // What rules of nftables stand in, which is the Go plugin's as well, stays.
      succeeded(await (await attach(host, variant, othernet, c3)).del());
      const before = await snapshot(host);
      const other = await attach(host, variant, othernet, c3);
      const ofOther = await rulesOn(host);
      for (const order of ["first one first", "last one first"]) {
        const first = await attach(host, variant, simplenet, c1);
        const rules = await rulesOn(host);
        expect(rules.length).toBeGreaterThan(ofOther.length);
        const second = await attach(host, variant, simplenet, c2);
        expect(await rulesOn(host)).toEqual(rules);
        for (const container of [c1, c2, c3]) await container.run(ping(outside.address));
        expect(await outside.sources()).toEqual([outside.hostAddress]);

        const [goes, stays] = order === "first one first" ? [first, second] : [second, first];
        succeeded(await goes.del());
        expect(await rulesOn(host), order).toEqual(rules);
        succeeded(await stays.check());
        succeeded(await stays.del());
        expect(await rulesOn(host), order).toEqual(ofOther);
      }
      succeeded(await other.check());
      succeeded(await other.del());
      expect(difference(before, await snapshot(host))).toEqual([]);
    });

    test(`are missed by CHECK, but not made again while they are noted: ${ipMasqBackend}`, async ({
      host,
    }) => {
      const [c1, c2, c3] = [
        await host.container("c1"),
        await host.container("c2"),
        await host.container("c3"),
      ];
      succeeded(await (await attach(host, variant, simplenet, c3)).del());
      const before = await snapshot(host);
      const attached = await attach(host, variant, simplenet, c1);
      await flush(host, ipMasqBackend);
      expect(refusalOf(await attached.check())).toMatchObject({ code: 103 });
      const second = await attach(host, variant, simplenet, c2);
      expect(refusalOf(await second.check())).toMatchObject({ code: 103 });
      // Even of rules that somebody else has removed, DEL leaves nothing.
      succeeded(await attached.del());
      succeeded(await second.del());
      expect(difference(before, await snapshot(host))).toEqual([]);
    });
  }

  test("survive a container that is lost, and go when it is deleted", async ({ host }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const network = networkOn(host, variant, { ...recipe, ipMasqScope: "network" });
    succeeded(await network.add(c1));
    succeeded(await network.add(c2));
    const rules = await rulesOn(host);
    await c1.lose();
    succeeded(await network.del(c1));
    expect(await rulesOn(host)).toEqual(rules);
    succeeded(await network.del(c2, { netns: "" }));
    expect(await rulesOn(host)).toEqual([]);
  });
});

describeEngines("a network whose packets are to pass", (variant) => {
  test("is let through a firewall that drops what is forwarded, answers included", async ({ host }) => {
    const outside = await attachOutside(host);
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    for (const command of ["iptables", "ip6tables"]) await host.run([command, "-P", "FORWARD", "DROP"]);
    await host.run(["iptables", "-A", "FORWARD", "-j", "REJECT"]);
    const before = await snapshot(host);
    const stopped = await attach(host, variant, recipe, c1);
    expect((await c1.attempt(ping(outside.address))).status).not.toBe(0);
    succeeded(await stopped.del());

    const passing = { ...recipe, cniVersion: "1.1.0", forward: "accept" };
    const attached = await attach(host, variant, passing, c1);
    const other = await attach(host, variant, passing, c2);
    await c1.run(ping(outside.address));
    await c2.run(ping(outside.address));
    succeeded(await other.check());
    succeeded(await attached.del());
    await c2.run(ping(outside.address));
    await host.run(["iptables", "-F", "FORWARD"]);
    expect(refusalOf(await other.check())).toMatchObject({
      code: 103,
      msg: expect.stringContaining("FORWARD"),
    });
    await host.run(["iptables", "-A", "FORWARD", "-j", "REJECT"]);
    succeeded(await other.del());
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

/** The rules and chains of networks, in the table of nftables and in those of iptables. */
async function rulesOn(host: Host): Promise<string[]> {
  const facts = await snapshot(host);
  const ours = facts.filter(({ kind, value }) => kind === "rule" && /lxc-cni-|LXC-CNI-/.test(value));
  return ours.map(({ subject, value }) => `${subject} ${value}`).sort();
}

async function flush(host: Host, backend: string): Promise<string> {
  return backend === "iptables"
    ? host.run(["iptables", "-t", "nat", "-F", "POSTROUTING"])
    : host.run(["nft", "flush", "chain", "inet", "cni_plugins_masquerade", "masq_checks"]);
}
