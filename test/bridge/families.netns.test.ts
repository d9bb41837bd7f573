import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

const subnets = ["10.10.0.0/16", "fd00:1::/64", "fd00:2::/64", "fd00:3::/64"];
const configuration = (ranges: readonly string[], keys: object = {}) => ({
  ...{ cniVersion: "1.0.0", name: "net", type: "bridge", bridge: "br0", isDefaultGateway: true, ...keys },
  ipam: { type: "host-local", ranges: ranges.map((subnet) => [{ subnet }]) },
});

describeVariants("a network of both families", (variant) => {
  test("gives an address of each range, which all reach their gateways, and leaves nothing", async ({
    host,
  }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    // What the rules of nftables stand in, which is the Go plugin's as well, stays.
    const nftables = { ipMasq: true, ipMasqBackend: "nftables" };
    succeeded(await (await attach(host, variant, configuration(subnets, nftables), c1)).del());
    const before = await snapshot(host);
    for (const backend of ["iptables", "nftables"]) {
      const keys = { ipMasq: true, ipMasqBackend: backend };
      const first = await attach(host, variant, configuration(subnets, keys), c1);
      expect(first.result).toMatchObject({
        ips: [
          { interface: 2, address: expect.stringMatching(/^10\.10\.0\.\d\/16$/), gateway: "10.10.0.1" },
          { interface: 2, address: expect.stringMatching(/^fd00:1::\d\/64$/), gateway: "fd00:1::1" },
          { interface: 2, address: expect.stringMatching(/^fd00:2::\d\/64$/), gateway: "fd00:2::1" },
          { interface: 2, address: expect.stringMatching(/^fd00:3::\d\/64$/), gateway: "fd00:3::1" },
        ],
        routes: [
          { dst: "0.0.0.0/0", gw: "10.10.0.1" },
          { dst: "::/0", gw: "fd00:1::1" },
        ],
      });
      const second = await attach(host, variant, configuration(subnets, keys), c2);
      const gateways = first.result.ips.map(({ gateway = "" }) => gateway);
      const neighbours = second.result.ips.map(({ address }) => address.split("/")[0] ?? "");
      for (const address of [...gateways, ...neighbours]) {
        await c1.run(["ping", "-c1", "-W2", address]);
      }
      succeeded(await first.del());
      succeeded(await second.del());
      expect(difference(before, await snapshot(host)), backend).toEqual([]);
    }
  });

  test("hides the addresses of the families that it says", async ({ host }) => {
    const outside = await attachBoth(host);
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const answers = async (container: Container, ipMasq: object) => {
      await attach(host, variant, configuration(subnets.slice(0, 2), { ipMasq }), container);
      return Promise.all([outside.ipv4, outside.ipv6].map((address) => isAnswered(container, address)));
    };
    expect(await Promise.all([answers(c1, { v6: false }), answers(c2, { v4: false })])).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

/** Another host, on a cable; it knows no way to what is behind this one, so it can only answer whom this one hides. */
async function attachBoth(host: Host) {
  const place = await host.container("outside");
  await host.run(["ip", "link", "add", "wan0", "type", "veth", "peer", "name", "eth0", "netns", place.id]);
  for (const [where, link, number] of [
    [host, "wan0", 1],
    [place, "eth0", 2],
  ] as const) {
    await where.run(["ip", "address", "add", `198.51.100.${number}/24`, "dev", link]);
    // The address that a link gives itself is not usable for a second, and neighbours are asked for from it.
    await where.run(["ip", "link", "set", link, "addrgenmode", "none", "up"]);
    for (const address of [`2001:db8::${number}/64`, `fe80::${number}/64`]) {
      await where.run(["ip", "address", "add", address, "dev", link, "nodad"]);
    }
  }
  return { ipv4: "198.51.100.2", ipv6: "2001:db8::2" };
}

async function isAnswered(container: Container, address: string): Promise<boolean> {
  return (await container.attempt(["ping", "-c1", "-W1", address])).status === 0;
}
