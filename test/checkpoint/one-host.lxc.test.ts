import { expect } from "vitest";
import { describeVariants } from "../fixture/variants.ts";
import { attempt, expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce, test } from "./criu.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";

const own = ["10.10.0.2", "fd00:10:10::2"];

describeVariants("a container with connections", (variant) => {
  test("goes on where it was, twice, and leaves nothing when it stops", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    for (const directory of ["/mnt/first", "/mnt/second"]) {
      const saved = await lxcCni(host, variant, "checkpoint", c1.name, directory);
      expect(saved).toMatch(/saved [\d.]+ [kM]B in [\d.]+ s/);
      expect(saved).toContain("held 10.10.0.2 and fd00:10:10::2 on simplenet (eth0)");
      await lxcCni(host, variant, "restore", c1.name, directory);
      await expectToGoOn(peer);
      expect(await networkOf(host, c1)).toBe(before);
      expect([await leases(host), await held(host)]).toEqual([own, []]);
    }
    await c1.stop();
    expect(await leases(host)).toEqual([]);
  });
});

describeOnce("while it is checkpointed", (variant) => {
  test("its addresses are nobody else's, also after a boot, and it cannot be started", async ({
    host,
    lxc,
  }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    expect([await leases(host), await held(host)]).toEqual([
      own,
      own.map((address) => `simplenet/${address}`),
    ]);

    const [listed] = JSON.parse(await lxcCni(host, variant, "ls", "--json"));
    const addresses = ["10.10.0.2/16", "fd00:10:10::2/64"];
    expect(listed).toMatchObject({ container: c1.name, runtime: "lxc", state: "checkpointed", addresses });

    // What is older than a minute, gc takes for left over unless it knows better.
    await host.run(["sh", "-c", "touch -d '1 hour ago' /var/lib/cni/networks/simplenet/*"]);
    expect(await lxcCni(host, variant, "gc", "--dry-run")).not.toContain("10.10.0.2");
    await lxcCni(host, variant, "gc");
    const other = await host.container("other");
    await lxcCni(host, variant, "gc", "simplenet", other.netns);
    await host.run(["rm", "-r", "/run/lxc-cni"]);
    const taken = { CNI_ARGS: "IP=10.10.0.2" };
    const add = [`${variant.directory}/lxc-cni`, "add", "simplenet", other.netns];
    expect(await host.attempt(add, { env: taken })).toMatchObject({ status: 1 });
    await host.run(add);
    expect(await leases(host)).toEqual(["10.10.0.2", "10.10.0.3", "fd00:10:10::2", "fd00:10:10::3"]);

    expect((await c1.attemptStart()).status).not.toBe(0);
    const { status, output } = await attempt(host, variant, ["status", c1.name]);
    expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(`release ${c1.name}`) });
    await expectRefused(host, variant, ["restore", c1.name, "/mnt/nothing"], "no checkpoint in /mnt/nothing");
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    await expectToGoOn(peer);
  });

  test("release gives it up: it can be started anew, and its addresses are free", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    await c1.start();
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    await lxcCni(host, variant, "release", c1.name);
    expect([await leases(host), await held(host)]).toEqual([[], []]);
    await expectRefused(host, variant, ["release", c1.name], "is not checkpointed here");
    await c1.start();
    await c1.stop();
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    expect(await leases(host)).toEqual(own);
  });

  test("destroying it gives it up, too", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    await c1.start();
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    await c1.destroy();
    expect([await leases(host), await held(host)]).toEqual([[], []]);
  });
});
