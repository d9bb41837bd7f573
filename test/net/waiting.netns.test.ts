import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import type { WrittenOperation } from "./programs/links.ts";
import { buildLinksProgram, isBuilt, type Way, ways, wish } from "./ways.ts";

buildLinksProgram();

const createBridge: WrittenOperation = {
  ...{ do: "create bridge", where: "host", name: "br0", mac: "02:00:00:00:00:01", vlanFiltering: false },
};
const createPort: WrittenOperation = {
  ...{ do: "create port", where: "host", name: "veth0", mac: "02:00:00:00:00:02", bridge: "br0" },
  ...{ peerName: "eth0", peerMac: "02:00:00:00:00:03", alias: "mine" },
};
const attach = [createBridge, { do: "set up", where: "host", name: "br0" }, createPort] as const;

/** Longer than anything here takes. */
const patience = 20_000;

/** Who waits for events looks a few times; who has none looks 50 times a second. */
function few(way: Way): unknown {
  return way.backend === "netlink" ? expect.toBeOneOf([1, 2, 3, 4, 5, 6, 7, 8]) : expect.any(Number);
}

for (const way of ways) {
  describe.skipIf(!isBuilt(way))(`whoever waits by ${way.name}`, () => {
    test("does not, when it is so already", async ({ host }) => {
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        { do: "wait", where: "host", name: "missing", until: "gone", patience },
      ]);
      expect(answers[1]).toEqual({ became: true, looks: 1 });
    });

    test("sees a port come up when the container's end does", async ({ host }) => {
      const c1 = await host.container("c1");
      const up = ["ip", "-netns", "c1", "link", "set", "eth0", "up"];
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        {
          ...{ do: "wait", where: "host", name: "veth0", until: "running", patience },
          meanwhile: { how: "start", argv: up },
        },
        { do: "read", where: "host", name: "veth0" },
      ]);
      expect(answers[1]).toEqual({ became: true, looks: few(way) });
      expect(answers[2]).toMatchObject({ isRunning: true });
    });

    test("sees a port go with the namespace of its other end", async ({ host }) => {
      const [dying, c1] = [await host.container("dying"), await host.container("c1")];
      await wish(host, way, dying, [{ do: "run", operations: [...attach] }]);
      const { answers } = await wish(host, way, c1, [
        {
          ...{ do: "wait", where: "host", name: "veth0", until: "gone", patience },
          meanwhile: { how: "start", argv: ["ip", "netns", "delete", "dying"] },
        },
      ]);
      expect(answers).toEqual([{ became: true, looks: few(way) }]);
    });

    test("sees in a container that nobody else has an address", async ({ host }) => {
      const c1 = await host.container("c1");
      const address = { where: "container", link: "eth0", address: "fd00::2/64" } as const;
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        {
          do: "run",
          operations: [
            { do: "set up", where: "container", name: "eth0" },
            { do: "add address", ...address, detectDuplicates: true },
          ],
        },
        { do: "read", where: "container", name: "eth0" },
        { do: "wait", where: "container", name: "eth0", until: "all addresses checked", patience },
        { do: "read", where: "container", name: "eth0" },
      ]);
      expect(answers[2]).toMatchObject({ addresses: expect.arrayContaining(["fd00::2/64 tentative"]) });
      expect(answers[3]).toEqual({ became: true, looks: few(way) });
      expect(answers[4]).toMatchObject({ addresses: expect.arrayContaining(["fd00::2/64"]) });
    });

    test("sees that somebody else has it", async ({ host }) => {
      const [c1, other] = [await host.container("c1"), await host.container("other")];
      const otherPort = {
        ...createPort,
        name: "veth1",
        mac: "02:00:00:00:00:04",
        peerMac: "02:00:00:00:00:05",
      };
      const up = { do: "set up", where: "container", name: "eth0" } as const;
      const address = { do: "add address", where: "container", link: "eth0", address: "fd00::2/64" } as const;
      const untilRunning = { do: "wait", where: "host", until: "running", patience } as const;
      await wish(host, way, other, [
        { do: "run", operations: [...attach.slice(0, 2), otherPort] },
        { do: "run", operations: [{ ...address, detectDuplicates: false }, up] },
        { ...untilRunning, name: "veth1" },
      ]);
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [createPort] },
        { do: "run", operations: [up] },
        { ...untilRunning, name: "veth0" },
        { do: "run", operations: [{ ...address, detectDuplicates: true }] },
        { do: "wait", where: "container", name: "eth0", until: "all addresses checked", patience },
        { do: "read", where: "container", name: "eth0" },
      ]);
      expect(answers[5]).toMatchObject({ addresses: expect.arrayContaining(["fd00::2/64 failed"]) });
    });

    test("gives up when patience has ended", async ({ host }) => {
      const c1 = await host.container("c1");
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        { do: "wait", where: "host", name: "veth0", until: "running", patience: 100 },
      ]);
      expect(answers[1]).toMatchObject({ became: false });
    });

    test("does so although something else happens all the time", async ({ host, skip }) => {
      if (way.backend === "iproute2") skip("who hears of nothing is not kept by it");
      const c1 = await host.container("c1");
      const noise = "yes 'link set dev lo mtu 60000\nlink set dev lo mtu 60001' | ip -batch -";
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        {
          ...{ do: "wait", where: "host", name: "veth0", until: "running", patience: 200 },
          meanwhile: { how: "start", argv: ["sh", "-c", noise] },
        },
      ]);
      expect(answers[1]).toMatchObject({ became: false });
    });

    test("looks again when there was more to hear than it could remember", async ({ host }) => {
      const c1 = await host.container("c1");
      const flood = "link set dev lo mtu 60000\nlink set dev lo mtu 60001\n".repeat(1000);
      await host.write(
        "/run/flood",
        `${flood}link set dev br0 alias flooded\nnetns exec c1 ip link set eth0 up\n`,
      );
      const { answers } = await wish(host, way, c1, [
        { do: "run", operations: [...attach] },
        {
          ...{ do: "wait", where: "host", name: "veth0", until: "running", patience },
          meanwhile: { how: "run", argv: ["ip", "-batch", "/run/flood"] },
        },
      ]);
      expect(answers[1]).toMatchObject({ became: true });
    });
  });
}
