import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { missingToolchain } from "../system/build.ts";
import type { WrittenOperation } from "./programs/links.ts";
import { buildLinksProgram, isBuilt, ways, wish } from "./ways.ts";

buildLinksProgram();

const bridgeMac = "02:00:00:00:00:01";
const portMac = "02:00:00:00:00:02";
const peerMac = "02:00:00:00:00:03";
/** As odd as ip -batch can say it. */
const alias = "lxc-cni net c1 eth0, über (50%) & $x";

const createBridge: WrittenOperation = {
  do: "create bridge",
  where: "host",
  name: "br.7",
  mac: bridgeMac,
  mtu: 1400,
  vlanFiltering: false,
};
const createPort: WrittenOperation = {
  ...{
    do: "create port",
    where: "host",
    name: "veth0",
    mac: portMac,
    bridge: "br.7",
    mtu: 1300,
    alias: "mine",
  },
  ...{ peerName: "eth0", peerMac },
};
const createVlanGateway: WrittenOperation = {
  ...{ do: "create vlan gateway", where: "host", name: "br.7.9", mac: "02:00:00:00:00:04", bridge: "br.7" },
  ...{ portName: "veth9", portMac: "02:00:00:00:00:05", mtu: 1350 },
};
const setUp: WrittenOperation = { do: "set up", where: "container", name: "eth0" };

/** Every operation that makes something. */
const everything = {
  host: [
    createBridge,
    { do: "label link", where: "host", name: "br.7", alias: "lxc-cni bridge" },
    { do: "set up", where: "host", name: "br.7" },
    { do: "add address", where: "host", link: "br.7", address: "10.10.0.1/16" },
    { do: "add address", where: "host", link: "br.7", address: "fd00::1/64" },
    createPort,
    { do: "label link", where: "host", name: "veth0", alias },
    { do: "configure port", where: "host", name: "veth0", hairpin: true, isolated: true },
    createVlanGateway,
    { do: "configure port", where: "host", name: "veth9", hairpin: false, isolated: false },
    { do: "set mtu", where: "host", name: "br.7.9", mtu: 1340 },
    { do: "set mac", where: "host", name: "br.7.9", mac: "02:00:00:00:00:06" },
    { do: "set promiscuous", where: "host", name: "br.7" },
  ] as WrittenOperation[],
  container: [
    { do: "add address", where: "container", link: "eth0", address: "10.10.0.2/16" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.5/30" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.8/31" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.16/32" },
    { do: "add address", where: "container", link: "eth0", address: "fd00::2/64" },
    { do: "add address", where: "container", link: "eth0", address: "fd00::3/64", detectDuplicates: true },
    setUp,
    { do: "add route", where: "container", link: "eth0", to: "0.0.0.0/0", via: "10.10.0.1" },
    { do: "add route", where: "container", link: "eth0", to: "::/0", via: "fd00::1" },
    { do: "add route", where: "container", link: "eth0", to: "198.51.100.77/24" },
    { do: "add route", where: "container", link: "eth0", to: "2001:db8::77/32" },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "203.0.113.0/24", via: "10.10.0.9" },
      ...{ mtu: 1280, advmss: 1200, priority: 5, table: 1000, scope: 0 },
    },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "2001:db8:1::/48", via: "fd00::9" },
      ...{ mtu: 1281, advmss: 1201, priority: 6, table: 1001 },
    },
    {
      do: "add route",
      where: "container",
      link: "eth0",
      to: "198.18.0.0/15",
      via: "10.10.0.7",
      table: 0,
      scope: 0,
      priority: 0,
    },
    // By gateways that no address of the link is near to.
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "198.51.100.0/25", via: "169.254.1.1" },
      onlink: true,
    },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "2001:db8:2::/48", via: "2001:db8:9::1" },
      onlink: true,
    },
    // A second way to the same place, as the reference has it: in front of the first one.
    { do: "add route", where: "container", link: "eth0", to: "198.18.0.0/15", via: "10.10.0.8" },
  ] as WrittenOperation[],
};

describe("the same operations leave the same in the kernel,", () => {
  const states = new Map<string, unknown>();

  for (const way of ways) {
    test(`whoever applies them: ${way.name}`, async ({ host, skip }) => {
      if (!isBuilt(way)) skip(missingToolchain);
      const c1 = await host.container("c1");
      const { backend, answers } = await wish(host, way, c1, [
        { do: "run", operations: everything.host },
        { do: "run", operations: everything.container },
      ]);
      expect(backend).toBe(way.backend);
      expect(answers).toEqual([{ done: everything.host.length }, { done: everything.container.length }]);

      const [onHost, inContainer] = [await oracle(host), await oracle(c1)];
      expect(onHost.links).toContainEqual({
        ...{
          index: expect.any(Number),
          name: "br.7",
          up: true,
          promiscuous: true,
          mtu: 1300,
          mac: bridgeMac,
        },
        ...{ alias: "lxc-cni bridge" },
      });
      expect(onHost.links).toContainEqual({
        ...{
          index: expect.any(Number),
          name: "veth0",
          up: true,
          promiscuous: false,
          mtu: 1300,
          mac: portMac,
        },
        ...{ alias, master: "br.7" },
      });
      expect(onHost.links).toContainEqual(
        expect.objectContaining({ name: "br.7.9", up: false, mtu: 1340, mac: "02:00:00:00:00:06" }),
      );
      expect(onHost.links).toContainEqual(
        expect.objectContaining({ name: "veth9", up: true, mtu: 1350, master: "br.7" }),
      );
      const flags = ["hairpin_mode", "isolated"].map((flag) => `/sys/class/net/veth0/brport/${flag}`);
      expect(await host.run(["cat", ...flags])).toBe("1\n1");
      expect(inContainer.links).toContainEqual(
        expect.objectContaining({ name: "eth0", up: true, mtu: 1300, mac: peerMac, alias: "" }),
      );
      const v4 = { link: "eth0", nodad: false };
      expect(inContainer.addresses.filter(({ link }) => link === "eth0")).toEqual(
        expect.arrayContaining([
          { ...v4, address: [10, 10, 0, 2], length: 16, broadcast: [10, 10, 255, 255] },
          { ...v4, address: [192, 0, 2, 5], length: 30, broadcast: [192, 0, 2, 7] },
          { ...v4, address: [192, 0, 2, 8], length: 31 },
          { ...v4, address: [192, 0, 2, 16], length: 32 },
          { link: "eth0", address: [0xfd, ...Array(14).fill(0), 2], length: 64, nodad: true },
          { link: "eth0", address: [0xfd, ...Array(14).fill(0), 3], length: 64, nodad: false },
        ]),
      );
      const toNet = { family: 2, link: "eth0", onlink: false };
      expect(inContainer.routes).toEqual(
        expect.arrayContaining([
          { ...toNet, length: 0, via: [10, 10, 0, 1], scope: "UNIVERSE", table: 254 },
          { ...toNet, to: [198, 51, 100, 0], length: 24, scope: "LINK", table: 254 },
          {
            ...{ ...toNet, to: [198, 51, 100, 0], length: 25, via: [169, 254, 1, 1], onlink: true },
            ...{ scope: "UNIVERSE", table: 254 },
          },
          {
            ...{
              ...toNet,
              to: [203, 0, 113, 0],
              length: 24,
              via: [10, 10, 0, 9],
              scope: "UNIVERSE",
              table: 1000,
            },
            ...{ priority: 5, mtu: 1280, advmss: 1200 },
          },
        ]),
      );
      const second = inContainer.routes.filter(({ to }) => String(to) === "198,18,0,0");
      expect(second.map(({ via }) => via?.[3])).toEqual([8, 7]);
      states.set(way.name, withoutIndices([onHost, inContainer]));
    });
  }

  test("which means that nothing tells one from the other", ({ skip }) => {
    if (states.size < 2) skip("there is nothing to compare: only one of them could be built");
    const [first, ...others] = states.values();
    for (const other of others) expect(other).toEqual(first);
  });
});

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

  describe.skipIf(!isBuilt(way))(`a step by ${way.name}`, () => {
    test("that is done already is found, and is not undone", async ({ host }) => {
      const c1 = await host.container("c1");
      await wish(host, way, c1, [{ do: "run", operations: [createBridge] }]);
      const address = { do: "add address", where: "host", link: "br.7", address: "10.10.0.1/16" } as const;
      const route = { do: "add route", where: "container", link: "eth0", to: "192.0.2.0/24" } as const;
      const { answers } = await wish(host, way, c1, [
        { do: "apply", operations: [createBridge, address, address, createPort, setUp, route, route] },
        {
          do: "apply",
          operations: [
            { ...address, do: "delete address" },
            { ...address, do: "delete address" },
          ],
        },
        { do: "apply", operations: [{ do: "delete link", where: "host", name: "missing" }] },
        { do: "undo" },
        { do: "list", where: "host" },
      ]);
      expect(answers).toMatchObject([
        {
          receipts: [
            ...["create bridge: found", "add address: changed", "add address: found", "create port: changed"],
            ...["set up: changed", "add route: changed", "add route: found"],
          ],
        },
        { receipts: expect.arrayContaining(["delete address: changed", "delete address: found"]) },
        { receipts: expect.arrayContaining(["delete link: found"]) },
        [],
        expect.not.arrayContaining(["veth0"]),
      ]);
      expect(answers[4]).toContain("br.7");
    });

    test("that makes the gateway of a VLAN finds the one that is there", async ({ host }) => {
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [createBridge] },
        { do: "apply", operations: [createVlanGateway, createVlanGateway] },
        { do: "run", operations: [{ do: "delete link", where: "host", name: "br.7.9" }] },
        { do: "run", operations: [{ ...createBridge, name: "br.7.9" }] },
        { do: "apply", operations: [createVlanGateway] },
      ]);
      expect(answers[1]).toEqual({
        receipts: ["create vlan gateway: changed", "create vlan gateway: found"],
      });
      expect(answers[4]).toMatchObject({
        code: 7,
        message: '"br.7.9" already exists but is no gateway of a VLAN',
      });
    });

    test("that forgets a neighbour forgets it, or finds that nothing is known", async ({ host }) => {
      const c1 = await host.container("c1");
      const known = ["10.10.0.5", "fd00::5"];
      const forget = known.map((address) => ({
        ...{ do: "forget neighbour", where: "host", link: "br.7", address },
      })) as WrittenOperation[];
      await wish(host, way, c1, [
        { do: "run", operations: everything.host },
        { do: "run", operations: [setUp] },
        // A bridge without a port that works forgets everybody.
        { do: "wait", where: "host", name: "br.7", until: "running", patience: 5000 },
      ]);
      for (const address of [...known, "10.10.0.6"]) {
        const mac = ["lladdr", "02:00:00:00:00:99"];
        await host.run(["ip", "neighbour", "add", address, ...mac, "dev", "br.7", "nud", "stale"]);
      }
      const { answers } = await wish(host, way, c1, [
        { do: "apply", operations: forget },
        { do: "apply", operations: forget },
        { do: "apply", operations: [{ ...forget[0], link: "missing" } as WrittenOperation] },
      ]);
      const changed = "forget neighbour: changed";
      // `ip neighbour flush` says nothing of it.
      const found = way.backend === "netlink" ? "forget neighbour: found" : changed;
      expect(answers.slice(0, 2)).toMatchObject([
        { receipts: [changed, changed] },
        { receipts: [changed, changed, found, found] },
      ]);
      expect(answers[2]).toMatchObject({ code: 100, message: expect.stringMatching(/missing/) });
      const left = await host.run(["ip", "neighbour", "show", "dev", "br.7", "nud", "stale"]);
      expect(left.split("\n").map((line) => line.split(" ")[0])).toEqual(["10.10.0.6"]);
    });

    test("that makes a port says so when its bridge is gone", async ({ host }) => {
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        { do: "apply", operations: [{ ...createPort, bridge: "missing" }] },
        { do: "apply", operations: [{ ...createVlanGateway, bridge: "missing" }] },
      ]);
      for (const answer of answers) {
        expect(answer).toMatchObject({
          code: 100,
          message: expect.stringMatching(/^failed to create veth .*: the bridge "missing" is gone$/),
        });
      }
    });

    test("that makes a bridge finds another link: a refusal, and the link is left alone", async ({
      host,
    }) => {
      const c1 = await host.container("c1");
      await host.run(["ip", "link", "add", "br.7", "type", "veth", "peer", "name", "br.8"]);
      const { answers } = await wish(host, way, c1, [{ do: "apply", operations: [createBridge] }]);
      expect(answers).toEqual([
        { receipts: [], code: 7, message: '"br.7" already exists but is not a bridge' },
      ]);
    });

    test("that makes a port takes the place of one whose namespace dies meanwhile", async ({ host }) => {
      const [dead, alive] = [await host.container("dead"), await host.container("alive")];
      const label = { do: "label link", where: "host", name: "veth0", alias: "mine" } as const;
      await wish(host, way, dead, [{ do: "run", operations: [createBridge, createPort, label] }]);
      const again = { ...createPort, mac: "02:00:00:00:00:09" };
      const [{ answers }] = await Promise.all([
        wish(host, way, alive, [
          { do: "apply", operations: [again] },
          { do: "read", where: "host", name: "veth0" },
        ]),
        dead.lose(),
      ]);
      expect(answers).toMatchObject([{ receipts: ["create port: changed"] }, { mac: "02:00:00:00:00:09" }]);
    });

    test("that makes a port refuses one that is alive, here or elsewhere, or another's, and undo leaves it", async ({
      host,
    }) => {
      const [c1, c2] = [await host.container("c1"), await host.container("c2")];
      const label = { do: "label link", where: "host", name: "veth0", alias: "mine" } as const;
      await wish(host, way, c1, [{ do: "run", operations: [createBridge, createPort, label] }]);
      const again = { ...createPort, mac: "02:00:00:00:00:09", peerName: "eth1" };
      const alive = await wish(host, way, c1, [{ do: "apply", operations: [again] }, { do: "undo" }]);
      expect(alive.answers).toMatchObject([{ receipts: [], code: 102 }, []]);
      const elsewhere = await wish(host, way, c2, [{ do: "apply", operations: [again] }, { do: "undo" }]);
      expect(elsewhere.answers).toMatchObject([{ receipts: [], code: 102 }, []]);
      const others = { ...again, alias: "another's" };
      const refused = await wish(host, way, c2, [{ do: "apply", operations: [others] }, { do: "undo" }]);
      expect(refused.answers).toMatchObject([{ receipts: [], code: 100 }, []]);
      const { answers } = await wish(host, way, c1, [{ do: "read", where: "host", name: "veth0" }]);
      expect(answers).toMatchObject([{ mac: portMac }]);
    });

    test("that fails is named, and undo takes back the port and nothing that is shared", async ({ host }) => {
      const c1 = await host.container("c1");
      const bad = {
        do: "add route",
        where: "container",
        link: "eth0",
        to: "192.0.2.0/24",
        via: "198.51.100.1",
      } as const;
      const { answers } = await wish(host, way, c1, [
        { do: "apply", operations: [createBridge, createPort, setUp, bad] },
        { do: "undo" },
        { do: "list", where: "host" },
        { do: "list", where: "container" },
      ]);
      expect(answers[0]).toEqual({
        receipts: ["create bridge: changed", "create port: changed", "set up: changed"],
        code: 100,
        message: expect.stringMatching(
          /^failed to add route 192\.0\.2\.0\/24 via 198\.51\.100\.1 on "eth0" in the container: ./,
        ),
      });
      expect(answers[1]).toEqual([]);
      expect(answers[2]).toContain("br.7");
      expect(answers[2]).not.toContain("veth0");
      expect(answers[3]).not.toContain("eth0");
    });

    test("is not undone when meanwhile another call made the port anew", async ({ host }) => {
      const c1 = await host.container("c1");
      await wish(host, way, c1, [{ do: "run", operations: [createBridge] }]);
      const { answers } = await wish(host, way, c1, [
        { do: "apply", operations: [createPort] },
        {
          do: "run",
          operations: [
            { do: "delete link", where: "host", name: "veth0" },
            { ...createPort, mac: "02:00:00:00:00:09" },
          ],
        },
        { do: "undo" },
        { do: "read", where: "host", name: "veth0" },
      ]);
      expect(answers.slice(2)).toMatchObject([[], { mac: "02:00:00:00:00:09" }]);
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

describe("a name that the kernel takes", () => {
  for (const way of ways.filter(isBuilt)) {
    test(`is taken however odd it is: ${way.name}`, async ({ host }) => {
      const c1 = await host.container("c1");
      const names = ["a'b", 'a"b', "a\\b", "$(id)", "-h", "up", "ü", "a;b|c", "dev"];
      const operations = names.map((name) => ({ ...createBridge, name }));
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations },
        { do: "list", where: "host" },
      ]);
      expect(answers).toEqual([{ done: names.length }, expect.arrayContaining(names)]);
    });
  }

  // What the renderer refuses is what `ip` would misread: this shows that it would.
  test.for(["a#b", "a'\"b"])(
    "is refused with good reason where ip -batch cannot say it: %j",
    async (name, { host }) => {
      await host.attempt(["ip", "-batch", "-"], { input: `link add name "${name}" type bridge\n` });
      const links: { ifname: string }[] = JSON.parse(await host.run(["ip", "-json", "link", "show"]));
      expect(links.map(({ ifname }) => ifname)).not.toContain(name);
    },
  );

  test("is taken by netlink even then", async ({ host, skip }) => {
    const [way] = ways;
    if (!isBuilt(way)) skip(missingToolchain);
    const c1 = await host.container("c1");
    const operations = [{ ...createBridge, name: "a#b\"c'd\\e" }];
    const { answers } = await wish(host, way, c1, [
      { do: "run", operations },
      { do: "list", where: "host" },
    ]);
    expect(answers).toEqual([{ done: 1 }, expect.arrayContaining(["a#b\"c'd\\e"])]);
  });
});

interface State {
  readonly links: readonly { readonly index: number; readonly name: string }[];
  readonly addresses: readonly { readonly link: string; readonly address: readonly number[] }[];
  readonly routes: readonly { readonly to?: readonly number[]; readonly via?: readonly number[] }[];
}

/** The state of a namespace, read by an independent implementation. */
async function oracle(place: Host | Container): Promise<State> {
  return JSON.parse(await place.run([process.execPath, join(import.meta.dirname, "programs/oracle.cjs")]));
}

/** Without what differs from one time to the next: numbers, and link-local addresses that time decides about. */
function withoutIndices(states: readonly State[]): unknown {
  return states.map(({ links, addresses, routes }) => ({
    links: links.map(({ index: _, ...others }) => others),
    addresses: addresses.filter(({ address: [first] }) => first !== 0xfe),
    routes,
  }));
}
