import { expect } from "vitest";
import { resultOf } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";

const configuration = {
  ...{ cniVersion: "1.0.0", name: "net", type: "bridge", bridge: "br0", isGateway: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "fd00::/64" }]] },
};

describeVariants("a host that learned its default route from a router", (variant) => {
  test("keeps it, though it forwards from now on, and is told what was done for that", async ({ host }) => {
    await attachRouter(host);
    const answer = await networkOn(host, variant, configuration).add(await host.container("c1"));
    resultOf(answer);
    expect(await host.run(["cat", "/proc/sys/net/ipv6/conf/all/forwarding"])).toBe("1");
    expect(await defaultRoutes(host)).toMatchObject([{ gateway: "fe80::2", dev: "wan0", protocol: "ra" }]);
    expect(answer.errors).toContain('accept_ra of "wan0" is 2 from now on');
  });
});

/** Attaches a router, which advertises itself once, and waits until the host has heard of it. */
async function attachRouter(host: Host): Promise<void> {
  const router = await host.container("router");
  await host.run(["ip", "link", "add", "wan0", "type", "veth", "peer", "name", "eth0", "netns", router.id]);
  await host.run(["sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/all/forwarding"]);
  for (const [where, link, address] of [
    [host, "wan0", "fe80::1/64"],
    [router, "eth0", "fe80::2/64"],
  ] as const) {
    await where.run(["ip", "link", "set", link, "addrgenmode", "none", "up"]);
    await where.run(["ip", "address", "add", address, "dev", link, "nodad"]);
  }
  const [{ ifindex }] = JSON.parse(await router.run(["ip", "-json", "link", "show", "eth0"]));
  await router.run([
    "perl",
    "-MSocket=:DEFAULT,inet_pton,pack_sockaddr_in6",
    "-e",
    advertise,
    String(ifindex),
  ]);
  await expect.poll(() => defaultRoutes(host)).toHaveLength(1);
}

/** A router advertisement for 1800 s (RFC 4861, section 4.2), with the hop limit 255 (IPV6_MULTICAST_HOPS). */
const advertise = `
  socket(my $socket, AF_INET6, SOCK_RAW, 58) or die "socket: $!";
  setsockopt($socket, 41, 18, pack("i", 255)) or die "setsockopt: $!";
  my $everybody = pack_sockaddr_in6(0, inet_pton(AF_INET6, "ff02::1"), $ARGV[0]);
  send($socket, pack("CCnCCnNN", 134, 0, 0, 64, 0, 1800, 0, 0), 0, $everybody) or die "send: $!";
`;

async function defaultRoutes(host: Host): Promise<unknown[]> {
  return JSON.parse(await host.run(["ip", "-json", "-6", "route", "show", "default"]));
}
