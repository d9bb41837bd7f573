import { describe, expect } from "vitest";
import { test } from "../fixture/test.ts";
import { createBridge, createPort, createVlanGateway, everything, portMac, setUp } from "./operations.ts";
import type { WrittenOperation } from "./programs/links.ts";
import { buildLinksProgram, isBuilt, ways, wish } from "./ways.ts";

buildLinksProgram();

for (const way of ways) {
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
