import { expect } from "vitest";
import { expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce } from "./criu.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";
import { copyAcross, test } from "./two-hosts.ts";

describeOnce("a container that is restored on another host", (variant) => {
  test("goes on there, with its connections, and is released here", async ({ host, there, lxc }) => {
    await define(host, joined);
    await define(there, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    const moved = await copyAcross(host, there, c1, "/mnt/c1");
    try {
      await lxcCni(there, variant, "restore", c1.name, "/mnt/c1");
      await expectToGoOn(peer);
      expect(await networkOf(there, moved)).toBe(before);
      expect(await leases(there)).toEqual(["10.10.0.2", "fd00:10:10::2"]);
      expect((await c1.attemptStart()).status).not.toBe(0);
      await lxcCni(host, variant, "release", c1.name);
      expect([await leases(host), await held(host)]).toEqual([[], []]);
      await expectToGoOn(peer);
    } finally {
      await moved.end();
    }
  });

  test("waits for networks that fit: nothing is left there until then", async ({ host, there, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    const moved = await copyAcross(host, there, c1, "/mnt/c1");
    const restore = ["restore", c1.name, "/mnt/c1"];
    try {
      await expectRefused(there, variant, restore, "simplenet");

      const { routes } = joined.ipam;
      const narrow = [[{ subnet: "10.10.0.0/24" }], [{ subnet: "fd00:10:10::/64" }]];
      await define(there, { ...joined, forceAddress: true, ipam: { ...joined.ipam, ranges: narrow } });
      await expectRefused(there, variant, restore, "it had 10.10.0.2/16, gateway 10.10.0.1");
      await define(there, {
        ...joined,
        forceAddress: true,
        ipam: { ...joined.ipam, routes: routes.slice(0, 2) },
      });
      await expectRefused(there, variant, restore, '"192.0.2.0/24"');
      expect([await leases(there), await held(there)]).toEqual([[], []]);

      await define(there, joined);
      const other = await there.container("other");
      const add = [`${variant.directory}/lxc-cni`, "add", "simplenet", other.netns];
      await there.run(add, { env: { CNI_ARGS: "IP=10.10.0.2" } });
      const before = await leases(there);
      await expectRefused(there, variant, restore, "10.10.0.2 is not available");
      expect(await leases(there)).toEqual(before);
      await lxcCni(there, variant, "del", "simplenet", other.netns);
      await lxcCni(there, variant, ...restore);
      await expectToGoOn(peer);
    } finally {
      await moved.end();
    }
  });
});
