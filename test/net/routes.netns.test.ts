import { describe, expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { buildLinksProgram, isBuilt, type Way, ways, wish } from "./ways.ts";

buildLinksProgram();

/** Two links with addresses, 2 and 4, and what can be routed by them. */
const twoLinks = `
  link add v0 type veth peer name v1
  link add w0 type veth peer name w1
  link set v0 up mtu 1400 addrgenmode none
  link set v1 up addrgenmode none
  link set w0 up addrgenmode none
  link set w1 up addrgenmode none
  address add 10.1.0.1/16 dev v0
  address add 10.2.0.1/16 dev w0
  address add fd01::1/64 dev v0 nodad
  address add fd02::1/64 dev w0 nodad
`;

const assortment = `${twoLinks}
  route add default via 10.1.0.5 dev v0 mtu 1300 advmss 1200 metric 5
  route add 10.9.0.0/16 nexthop via 10.1.0.9 dev v0 weight 1 nexthop via 10.2.0.9 dev w0 weight 2
  route add 10.10.0.0/16 dev w0 table 1000 scope 200 proto 77
  route add 10.11.0.0/16 via inet6 fd02::5 dev w0
  route add 10.12.0.1 via 192.0.2.1 dev w0 onlink
  route add unreachable 10.13.0.0/16
  route add fd09::/32 metric 7 nexthop via fd01::9 dev v0 nexthop via fd02::9 dev w0
  route add ::/0 via fd02::5 dev w0 proto ra
`;

for (const way of ways) {
  describe.skipIf(!isBuilt(way))(`the routes of a namespace, read by ${way.name},`, () => {
    test("are the unicast ones, one for each next hop", async ({ host }) => {
      await host.run(["ip", "-batch", "-"], { input: assortment });
      const [routes, defaults] = await ask(host, way, [
        { do: "routes", where: "host" },
        { do: "routes", where: "host", which: "default" },
      ]);
      const [v0, w0] = await Promise.all(["v0", "w0"].map((name) => indexOf(host, name)));
      const plain = { table: 254, priority: 0, scope: 0, protocol: 3 };
      const ofKernel = { ...plain, scope: 253, protocol: 2 };
      const toEverywhere = { ...plain, to: "0.0.0.0/0", via: "10.1.0.5", link: v0, priority: 5 };
      const byRouter = { ...plain, to: "::/0", via: "fd02::5", link: w0, priority: 1024, protocol: 9 };
      const expected = [
        { ...toEverywhere, mtu: 1300, advmss: 1200 },
        { ...ofKernel, to: "10.1.0.0/16", link: v0 },
        { ...ofKernel, to: "10.2.0.0/16", link: w0 },
        { ...plain, to: "10.9.0.0/16", via: "10.1.0.9", link: v0 },
        { ...plain, to: "10.9.0.0/16", via: "10.2.0.9", link: w0 },
        { ...plain, to: "10.10.0.0/16", link: w0, table: 1000, scope: 200, protocol: 77 },
        { ...plain, to: "10.11.0.0/16", via: "fd02::5", link: w0 },
        { ...plain, to: "10.12.0.1/32", via: "192.0.2.1", link: w0 },
        { ...plain, to: "fd01::/64", link: v0, priority: 256, protocol: 2 },
        { ...plain, to: "fd02::/64", link: w0, priority: 256, protocol: 2 },
        { ...plain, to: "fd09::/32", via: "fd01::9", link: v0, priority: 7 },
        { ...plain, to: "fd09::/32", via: "fd02::9", link: w0, priority: 7 },
        byRouter,
      ];
      expect(routes).toHaveLength(expected.length);
      expect(routes).toEqual(expect.arrayContaining(expected));
      expect(defaults).toEqual([{ ...toEverywhere, mtu: 1300, advmss: 1200 }, byRouter]);
    });

    test("are those that were added", async ({ host }) => {
      const c1 = await host.container("c1");
      await host.run(["ip", "-netns", "c1", "-batch", "-"], { input: twoLinks });
      const add = { do: "add route", where: "container", link: "v0" } as const;
      const { answers } = await wish(host, way, c1, [
        {
          do: "run",
          operations: [
            {
              ...add,
              to: "192.0.2.0/24",
              via: "10.1.0.9",
              mtu: 1280,
              advmss: 1200,
              priority: 5,
              table: 1000,
            },
            { ...add, to: "198.51.100.0/24", scope: 200 },
            { ...add, to: "2001:db8::/32", via: "2001:db8:9::1", onlink: true, mtu: 1281 },
          ],
        },
        { do: "routes", where: "container" },
      ]);
      const ours = { link: expect.any(Number), protocol: 3, table: 254, priority: 0, scope: 0 };
      expect(answers[1]).toEqual(
        expect.arrayContaining([
          { ...ours, to: "192.0.2.0/24", via: "10.1.0.9", mtu: 1280, advmss: 1200, priority: 5, table: 1000 },
          { ...ours, to: "198.51.100.0/24", scope: 200 },
          { ...ours, to: "2001:db8::/32", via: "2001:db8:9::1", mtu: 1281, priority: 1024 },
        ]),
      );
    });
  });

  describe.skipIf(!isBuilt(way))(`the MTU of the default route, read by ${way.name},`, () => {
    test.for<[string, number | undefined, string]>([
      ["there is none without such a route", undefined, ""],
      ["is that of its link", 1400, "route add default via 10.1.0.5"],
      ["is its own, where it has one", 1300, "route add default via 10.1.0.5 mtu 1300"],
      [
        "is that of the route that is preferred",
        1400,
        "route add default via 10.2.0.5 metric 10\nroute add default via 10.1.0.5 metric 9",
      ],
      [
        "is the smallest one of several next hops",
        1400,
        "route add default nexthop via 10.2.0.5 dev w0 nexthop via 10.1.0.5 dev v0",
      ],
      [
        "is that of IPv4, whatever IPv6 has",
        1500,
        "route add default via 10.2.0.5 metric 2000\nroute add ::/0 via fd01::5",
      ],
      ["is that of IPv6 where there is no other", 1400, "route add ::/0 via fd01::5"],
      ["counts in the table main only", undefined, "route add default via 10.1.0.5 table 7"],
      ["is not that of a route to nowhere", undefined, "route add unreachable default"],
    ])("%s", async ([, mtu, routes], { host }) => {
      await host.run(["ip", "-batch", "-"], { input: `${twoLinks}\n${routes}\n` });
      expect(await ask(host, way, [{ do: "default route MTU" }])).toEqual([mtu]);
    });
  });

  describe.skipIf(!isBuilt(way))(`before a host forwards IPv6, with ${way.name},`, () => {
    const learned = `${twoLinks}\nroute add ::/0 via fd01::5 dev v0 proto ra\n`;
    const acceptRa = (name: string) => `/proc/sys/net/ipv6/conf/${name}/accept_ra`;

    test("links with a default route of a router are told to go on listening to it", async ({ host }) => {
      await host.run(["ip", "-batch", "-"], { input: learned });
      const [first, second] = await ask(host, way, [
        { do: "keep router routes" },
        { do: "keep router routes" },
      ]);
      expect(first).toEqual([expect.stringMatching(/^accept_ra of "v0" is 2 from now on/)]);
      expect(second).toEqual([]);
      expect(await host.run(["cat", acceptRa("v0"), acceptRa("w0")])).toBe("2\n1");
    });

    test("a link that listens to none is left alone", async ({ host }) => {
      await host.run(["ip", "-batch", "-"], { input: learned });
      await host.run(["sh", "-c", `echo 0 > ${acceptRa("v0")}`]);
      expect(await ask(host, way, [{ do: "keep router routes" }])).toEqual([[]]);
      expect(await host.run(["cat", acceptRa("v0")])).toBe("0");
    });

    test("one that cannot be told is warned of", async ({ host }) => {
      await host.run(["ip", "-batch", "-"], { input: learned });
      await host.run(["mount", "--bind", "-o", "ro", "/proc/sys", "/proc/sys"]);
      const [warnings] = await ask(host, way, [{ do: "keep router routes" }]);
      expect(warnings).toEqual([expect.stringMatching(/default route by "v0": .*read-only/i)]);
    });
  });
}

async function ask(host: Host, way: Way, wishes: Parameters<typeof wish>[3]): Promise<readonly unknown[]> {
  return (await wish(host, way, await host.container("asks"), wishes)).answers;
}

async function indexOf(host: Host, name: string): Promise<number> {
  return Number(await host.run(["cat", `/sys/class/net/${name}/ifindex`]));
}
