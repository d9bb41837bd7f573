import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach, callNetwork } from "./attached.ts";

const configuration = { cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0" };
const promiscuous = { ...configuration, promiscMode: true };

describeVariants("a bridge that was made here", (variant) => {
  test("is promiscuous once a network asks for it, and stays so for another one", async ({ host }) => {
    const [c1, c2, c3] = [await host.container("c1"), await host.container("c2"), await host.container("c3")];
    succeeded(await networkOn(host, variant, configuration).add(c1));
    expect((await bridgeOn(host)).flags).not.toContain("PROMISC");
    const attached = await attach(host, variant, { ...promiscuous, name: "other" }, c2);
    expect((await bridgeOn(host)).flags).toContain("PROMISC");
    succeeded(await networkOn(host, variant, configuration).add(c3));
    succeeded(await attached.check());
    await host.run(["ip", "link", "set", "br0", "promisc", "off"]);
    expect(refusalOf(await attached.check())).toMatchObject({
      code: 103,
      msg: "Bridge interface br0 configured Promisc Mode true doesn't match current state: false",
    });
  });

  test("keeps the largest MTU that a network asked for", async ({ host }) => {
    for (const [mtu, ofBridge] of [
      [1300, 1300],
      [1400, 1400],
      [1350, 1400],
    ]) {
      const container = await host.container(`c${mtu}`);
      succeeded(await networkOn(host, variant, { ...configuration, name: `net${mtu}`, mtu }).add(container));
      const [eth0] = JSON.parse(await container.run(["ip", "-json", "link", "show", "eth0"]));
      expect([eth0.mtu, (await bridgeOn(host)).mtu]).toEqual([mtu, ofBridge]);
    }
  });
});

describeVariants("a bridge that somebody else made", (variant) => {
  test("is not made promiscuous: ADD refuses, STATUS says so, and nothing is touched", async ({ host }) => {
    const c1 = await host.container("c1");
    await host.run(["ip", "link", "add", "br0", "up", "type", "bridge"]);
    const before = await snapshot(host);
    const bridge = await bridgeOn(host);
    const reason = 'bridge "br0" is not promiscuous, and was not made by this plugin';
    const network = networkOn(host, variant, promiscuous);
    expect(refusalOf(await network.add(c1))).toMatchObject({ code: 7, msg: expect.stringContaining(reason) });
    const status = refusalOf(await callNetwork(host, variant, "STATUS", promiscuous));
    expect(status).toMatchObject({ code: 50, msg: expect.stringContaining(reason) });
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect(await bridgeOn(host)).toEqual(bridge);

    await host.run(["ip", "link", "set", "br0", "promisc", "on"]);
    succeeded(await network.add(c1));
  });

  test("and that is not even up is made promiscuous: nobody uses it", async ({ host }) => {
    await host.run(["ip", "link", "add", "br0", "type", "bridge"]);
    succeeded(await networkOn(host, variant, promiscuous).add(await host.container("c1")));
    expect((await bridgeOn(host)).flags).toContain("PROMISC");
  });

  test("keeps its MTU, MAC and alias, and stays when its last container goes", async ({ host }) => {
    const c1 = await host.container("c1");
    await host.run(["ip", "link", "add", "br0", "address", "02:00:00:00:00:11", "type", "bridge"]);
    await host.run(["ip", "link", "set", "br0", "mtu", "1450", "up", "alias", "mine"]);
    const bridge = await bridgeOn(host);
    const network = networkOn(host, variant, { ...configuration, mtu: 1500, deleteBridgeIfEmpty: true });
    succeeded(await network.add(c1));
    const settings = ({ mtu, address, ifalias }: typeof bridge) => ({ mtu, address, ifalias });
    expect(settings(await bridgeOn(host))).toEqual(settings(bridge));
    succeeded(await network.del(c1));
    expect(settings(await bridgeOn(host))).toEqual(settings(bridge));
  });
});

interface Bridge {
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly address: string;
  readonly ifalias?: string;
}

async function bridgeOn(host: Host): Promise<Bridge> {
  const [bridge] = JSON.parse(await host.run(["ip", "-json", "link", "show", "br0"]));
  return bridge;
}
