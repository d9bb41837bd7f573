import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import { bridgeMac, createBridge, createPort, everything, peerMac, portMac, setUp } from "./operations.ts";
import { buildLinksProgram, isBuilt, ways, wish } from "./ways.ts";

buildLinksProgram();

for (const way of ways) {
  describe.skipIf(!isBuilt(way))(`what is read by ${way.name}`, () => {
    test("is what `ip` shows", async ({ host }) => {
      const c1 = await host.container("c1");
      await wish(host, way, c1, [{ do: "run", operations: everything.host }]);
      const [link] = JSON.parse(
        await host.run(["ip", "-json", "-details", "address", "show", "dev", "veth0"]),
      );
      const [peer] = JSON.parse(await c1.run(["ip", "-json", "-details", "address", "show", "dev", "eth0"]));
      const { answers } = await wish(host, way, c1, [
        { do: "read", where: "host", name: "br.7" },
        { do: "read", where: "host", name: "veth0" },
        { do: "read", where: "container", name: "eth0" },
        { do: "read", where: "host", name: "missing" },
        { do: "list", where: "container" },
      ]);
      const [bridge, port, eth0, missing, names] = answers;
      expect(bridge).toMatchObject({
        ...{ name: "br.7", kind: "bridge", mac: bridgeMac, mtu: 1300, up: true, alias: "lxc-cni bridge" },
        ...{ isPromiscuous: true, vlanFiltering: false },
        addresses: expect.arrayContaining(["10.10.0.1/16", "fd00::1/64"]),
      });
      const { index } = bridge as { index: number };
      expect(port).toMatchObject({
        ...{ name: "veth0", kind: "veth", index: link.ifindex, peerIndex: link.link_index, mac: portMac },
        ...{ up: true, isRunning: false, isPromiscuous: false, master: index },
        port: { hairpin: true, isolated: true, isForwarding: false },
      });
      expect(eth0).toMatchObject({
        name: "eth0",
        index: peer.ifindex,
        peerIndex: peer.link_index,
        mac: peerMac,
        up: false,
      });
      expect(missing).toBeUndefined();
      expect(names).toContain("eth0");
    });

    test("tells a port that works from one that does not", async ({ host }) => {
      const c1 = await host.container("c1");
      const read = { do: "read", where: "host", name: "veth0" } as const;
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: everything.host },
        read,
        { do: "run", operations: [setUp] },
        { do: "wait", where: "host", name: "veth0", until: "running", patience: 5000 },
        read,
      ]);
      expect(answers[1]).toMatchObject({ isRunning: false, port: { isForwarding: false } });
      expect(answers[4]).toMatchObject({ isRunning: true, port: { isForwarding: true } });
    });

    test("is what links have that are not ours, with names as odd as the kernel takes them", async ({
      host,
    }) => {
      const c1 = await host.container("c1");
      await host.run(["ip", "link", "add", "v@1", "type", "veth", "peer", "name", "v@2"]);
      await host.run(["ip", "link", "add", "ünder_$", "type", "bridge"]);
      const { answers } = await wish(host, way, c1, [
        { do: "read", where: "host", name: "lo" },
        { do: "read", where: "host", name: "v@1" },
        { do: "read", where: "host", name: "ünder_$" },
      ]);
      expect(answers).toMatchObject([
        { name: "lo", index: 1, mac: "00:00:00:00:00:00", mtu: 65536, alias: "" },
        { name: "v@1", kind: "veth", up: false },
        { name: "ünder_$", kind: "bridge" },
      ]);
    });

    test("fails where the bridge of a port is gone, and does not go on", async ({ host }) => {
      const c1 = await host.container("c1");
      const later = { ...createBridge, name: "br.8" };
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [createBridge, { ...createPort, bridge: "missing" }, later] },
        { do: "list", where: "host" },
      ]);
      const failure = { reason: expect.stringMatching(/missing/), unknown: false };
      expect(answers[0]).toEqual({ done: 1, failure });
      expect(answers[1]).toContain("br.7");
      expect(answers[1]).not.toContain("br.8");
    });

    test("ends at the first operation that fails, and says why", async ({ host }) => {
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        {
          do: "run",
          operations: [
            createBridge,
            { do: "set up", where: "host", name: "missing" },
            { ...createBridge, name: "br.8" },
          ],
        },
        { do: "run", operations: [createBridge] },
        { do: "run", operations: [{ do: "set up", where: "host", name: "missing" }] },
        { do: "run", operations: [{ do: "delete link", where: "host", name: "missing" }] },
        { do: "list", where: "host" },
      ]);
      expect(answers.slice(0, 4)).toEqual([
        { done: 1, failure: { reason: expect.stringMatching(/device/i), unknown: false } },
        { done: 0, failure: { reason: expect.stringContaining("File exists"), unknown: false } },
        { done: 0, failure: { reason: expect.stringMatching(/device/i), unknown: false } },
        { done: 0, failure: { reason: expect.stringMatching(/device/i), unknown: false } },
      ]);
      expect(answers[4]).toContain("br.7");
      expect(answers[4]).not.toContain("br.8");
    });
  });
}

describe("whoever reads a host", () => {
  test("sees the same", async ({ host }) => {
    const c1 = await host.container("c1");
    await host.run(["ip", "-batch", "-"], { input: assortment });
    const wishes = [
      { do: "list in full", where: "host" },
      ...["br0", "v0", "v1", "w0"].map((name) => ({ do: "read", where: "host", name }) as const),
    ] as const;
    const views = await Promise.all(
      ways.filter(isBuilt).map(async (way) => (await wish(host, way, c1, wishes)).answers),
    );
    const [first, ...others] = views;
    expect(first?.[1]).toMatchObject({
      isPromiscuous: true,
      addresses: expect.arrayContaining(["10.1.0.1/16"]),
    });
    expect(first?.[2]).toMatchObject({ port: { hairpin: true, isolated: true } });
    for (const other of others) expect(other).toEqual(first);
  });

  /** Made by somebody else, and with nothing left that time decides about. */
  const assortment = `
    link add br0 type bridge
    link set br0 addrgenmode none
    link set br0 up promisc on alias "a b"
    address add 10.1.0.1/16 dev br0
    address add fd00::1/64 dev br0 nodad
    link add v0 type veth peer name v1
    link set v0 master br0 addrgenmode none
    link set v1 addrgenmode none
    link set v0 type bridge_slave hairpin on isolated on
    link set v1 up mtu 1400
    address add 10.2.0.1 peer 10.2.0.2/32 dev v1
    link add w0 type veth peer name w1 netns c1
  `;
});
