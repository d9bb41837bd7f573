import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";
import { recipe } from "./recipe.ts";

const ipv4 = { ...recipe, cniVersion: "1.0.0" };
const ipv6 = { ...ipv4, name: "net6", bridge: "br6", ipam: { type: "host-local", subnet: "fd00::/64" } };

describeVariants("where /proc/sys is read-only", (variant) => {
  test("an ADD works that finds the host forwarding, and one that does not leaves nothing", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const remount = "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys";
    await host.run(["sh", "-c", `echo 1 > /proc/sys/net/ipv4/ip_forward; ${remount}`]);
    const before = await snapshot(host);
    const attached = await attach(host, variant, ipv4, c1);
    await c1.run(["ping", "-c1", "-W2", "10.10.0.1"]);
    succeeded(await attached.check());
    succeeded(await attached.del());
    expect(refusalOf(await networkOn(host, variant, ipv6).add(c1))).toMatchObject({
      code: 100,
      msg: expect.stringContaining("failed to write 1 to /proc/sys/net/ipv6/conf/all/forwarding"),
    });
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

describeVariants("where IPv6 is turned off", (variant) => {
  const turnOff = "for link in all default; do echo 1 > /proc/sys/net/ipv6/conf/$link/disable_ipv6; done";

  test("in the container, an ADD turns it on for the link that gets an address", async ({ host }) => {
    const c1 = await host.container("c1");
    await c1.run(["sh", "-c", turnOff]);
    const attached = await attach(host, variant, ipv6, c1);
    await c1.run(["ping", "-c1", "-W2", "fd00::1"]);
    succeeded(await attached.check());
  });

  test("on the host, an ADD of IPv6 fails and leaves nothing, and one of IPv4 works", async ({ host }) => {
    const c1 = await host.container("c1");
    await host.run(["sh", "-c", turnOff]);
    const before = await snapshot(host);
    expect(refusalOf(await networkOn(host, variant, ipv6).add(c1))).toMatchObject({
      code: 100,
      msg: expect.stringContaining("IPv6 is disabled on this device"),
    });
    expect(difference(before, await snapshot(host))).toEqual([]);
    const attached = await attach(host, variant, { ...ipv4, forward: "accept" }, c1);
    succeeded(await attached.check());
    succeeded(await attached.del());
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
