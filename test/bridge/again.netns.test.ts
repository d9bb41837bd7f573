import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import type { Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const ping = (address: string) => ["ping", "-c1", "-W2", address];

describeVariants("a container that comes back", (variant) => {
  test("after a crash, without a DEL, gets its address again, and rules do not pile up", async ({ host }) => {
    const outside = await attachOutside(host);
    const simplenet = networkOn(host, variant, recipe);
    const first = await host.container("c1");
    succeeded(await simplenet.add(first));
    await first.lose();
    await lostPortIsGone(host);
    const empty = await snapshot(host);
    for (let start = 2; start <= 5; start++) {
      const again = await host.container("c1");
      expect(resultOf(await simplenet.add(again)).ips).toMatchObject([{ address: "10.10.0.2/16" }]);
      await again.run(ping(outside.address));
      await again.lose();
    }
    await lostPortIsGone(host);
    // What is recorded of it is of the last port that it had.
    const isRecord = (line: string) => / file \/run\/lxc-cni\/attachments\/veth/.test(line);
    expect(difference(empty, await snapshot(host)).filter((line) => !isRecord(line))).toEqual([]);
  });

  test("after a DEL leaves nothing either, however often it comes back", async ({ host }) => {
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    for (let start = 1; start <= 3; start++) {
      const c1 = await host.container("c1");
      succeeded(await simplenet.add(c1));
      succeeded(await simplenet.del(c1));
      await c1.lose();
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

describeVariants("a second ADD of an attachment that lives", (variant) => {
  test("fails and changes nothing", async ({ host }) => {
    const outside = await attachOutside(host);
    const c1 = await host.container("c1");
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const before = await snapshot(host);
    refusalOf(await simplenet.add(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
    await c1.run(ping(outside.address));
  });
});

describeVariants("two interfaces of a container on one network", (variant) => {
  test("have addresses of their own, and the DEL of one leaves the other's rules", async ({ host }) => {
    const outside = await attachOutside(host);
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, { ...recipe, isDefaultGateway: false, isGateway: true });
    succeeded(await simplenet.add(c1));
    await c1.run(["ip", "route", "add", "default", "via", "10.10.0.1"]);
    const withOne = await snapshot(host);

    expect(resultOf(await simplenet.add(c1, { ifname: "eth1" })).ips).toMatchObject([
      { address: "10.10.0.3/16" },
    ]);
    await c1.run([...ping(outside.address), "-I", "10.10.0.2"]);
    succeeded(await simplenet.del(c1, { ifname: "eth1" }));
    expect(difference(withOne, await snapshot(host))).toEqual([]);
    await c1.run(ping(outside.address));

    succeeded(await simplenet.del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

/** The port of a lost container goes when the kernel gets round to it. */
async function lostPortIsGone(host: Host): Promise<void> {
  await expect.poll(() => host.run(["ip", "link", "show", "master", "cnibr0"])).toBe("");
}
