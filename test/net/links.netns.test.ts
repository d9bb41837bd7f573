import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { missingToolchain } from "../system/build.ts";
import { alias, bridgeMac, createBridge, everything, peerMac, portMac } from "./operations.ts";
import { buildLinksProgram, isBuilt, ways, wish } from "./ways.ts";

buildLinksProgram();

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
