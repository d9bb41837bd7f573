import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { lxcCni } from "../lxc/command-line.ts";
import { describeOnce } from "./criu.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";
import { copyAcross, copyDirectory, test } from "./two-hosts.ts";

const backnet = {
  ...{ cniVersion: "1.0.0", name: "backnet", type: "bridge", bridge: "cnibr1", isGateway: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.20.0.0/16" }]] },
};

/** Gives a container's root, which is nobody here, a way to its own. */
async function openContainers(host: Host): Promise<void> {
  await host.run(["mkdir", "-p", "/var/lib/lxc"]);
  await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
}

/**
 * Makes a host what another one is when it has booted: the same files in /etc and /var, and nothing of what was in /run and
 * in the kernel. Its cable is not plugged in yet.
 */
async function bootAgain(before: Host, after: Host): Promise<void> {
  await after.run(["ip", "link", "delete", "cnibr0"]);
  await after.write("/mnt/boot_id", "01234567-89ab-4cde-8f01-23456789abcd\n");
  await after.run(["mount", "--bind", "/mnt/boot_id", "/proc/sys/kernel/random/boot_id"]);
  for (const path of ["/etc/lxc-cni", "/var/lib/lxc-cni", "/var/lib/cni"])
    await copyDirectory(before, after, path);
  // From before this boot, as host-local sees it.
  await after.run([
    "find",
    "/var/lib/cni/networks",
    "-type",
    "f",
    "-exec",
    "touch",
    "-d",
    "2001-01-01",
    "{}",
    "+",
  ]);
  for (const file of ["/etc/subuid", "/etc/subgid"]) await after.write(file, await before.run(["cat", file]));
}

describeOnce("a container that was checkpointed before its host was booted again", (variant) => {
  test("has its addresses, on two networks, and goes on with ids of its own", async ({
    host,
    there,
    lxc,
  }) => {
    await define(host, joined, backnet);
    for (const each of [host, there]) await openContainers(each);
    const c1 = await createTalker(lxc, host, variant, "simplenet:wan0 backnet:lan0", { idmapped: true });
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");

    await bootAgain(host, there);
    const moved = await copyAcross(host, there, c1, "/mnt/c1");
    try {
      // What is done at boot, and containers that start before it goes on.
      expect(await lxcCni(there, variant, "gc")).not.toContain("10.10.0.2");
      const other = await there.container("other");
      const add = [`${variant.directory}/lxc-cni`, "add", "simplenet", other.netns];
      expect(await there.attempt(add, { env: { CNI_ARGS: "IP=10.10.0.2" } })).toMatchObject({ status: 1 });
      await there.run(add);
      expect(await leases(there)).toEqual(["10.10.0.2", "10.10.0.3", "fd00:10:10::2", "fd00:10:10::3"]);
      await lxcCni(there, variant, "del", "simplenet", other.netns);
      // The kernel gives nobody a /proc in a user namespace while something is mounted in this one.
      await there.run(["umount", "/proc/sys/kernel/random/boot_id"]);

      await lxcCni(there, variant, "restore", c1.name, "/mnt/c1");
      await there.run(["ip", "link", "set", "cable0", "master", "cnibr0", "up"]);
      await expectToGoOn(peer);
      expect(await networkOf(there, moved)).toBe(before);
      expect([await leases(there), await leases(there, "backnet"), await held(there)]).toEqual([
        ["10.10.0.2", "fd00:10:10::2"],
        ["10.20.0.2"],
        [],
      ]);
    } finally {
      await moved.end();
    }
  });
});
