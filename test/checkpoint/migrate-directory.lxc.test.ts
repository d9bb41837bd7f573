import { expect } from "vitest";
import { outputOf, runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import { expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce } from "./criu.ts";
import { own, startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { define, expectToGoOn, held, joined, leases, networkOf } from "./talk.ts";

/** Brings a directory to another host, without owners, modes and times, as any transport would. */
async function carry(from: Host, to: Host, path: string, place: string): Promise<void> {
  await to.run(["sh", "-c", 'rm -rf "$0" && mkdir -m 700 "$0"', place]);
  const copy = `cp -R /proc/${from.pid}/root${path}/. /proc/${to.pid}/root${place}`;
  outputOf(await runCommand(["sh", "-c", copy]));
}

describeOnce("a container that is packed into a directory", (variant) => {
  test("goes on where that is taken up", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name, path } = moving.here;
    const before = await networkOf(host, moving.here);
    const root = `${path}/${name}/rootfs`;
    await host.run(["sh", "-c", `touch ${root}/first && chown 77:88 ${root}/first`]);
    expect(await lxcCni(host, variant, "migrate", name, "/mnt/packed")).toContain(
      "held 10.10.0.2 and fd00:10:10::2 on simplenet (eth0)",
    );
    expect([await leases(host), await held(host)]).toEqual([own, own.map((each) => `simplenet/${each}`)]);
    await carry(host, there, "/mnt/packed", "/mnt/carried");
    const takeUp = ["migrate", name, "--from", "/mnt/carried"];
    const expectNothing = async () => {
      expect([await leases(there), await held(there)]).toEqual([[], []]);
      expect(await there.attempt(["ls", `${path}/${name}`])).toMatchObject({ status: 2 });
    };

    await there.run(["truncate", "-s", "1000", "/mnt/carried/container.tar"]);
    await expectRefused(there, variant, takeUp, "/mnt/carried is not as it was packed");
    await carry(host, there, "/mnt/packed", "/mnt/carried");
    await expectRefused(there, variant, ["migrate", "other", "--from", "/mnt/carried"], `there is ${name}`);
    await define(there, { ...joined, ipam: { ...joined.ipam, ranges: [[{ subnet: "10.11.0.0/16" }]] } });
    await expectRefused(there, variant, takeUp, "network simplenet differs; its subnet is 10.11.0.0/16");
    await expectNothing();
    await define(there, joined);
    await there.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", "/var/lib/lxc"]);
    await expectRefused(there, variant, takeUp, "No space left on device");
    await there.run(["umount", "/var/lib/lxc"]);
    await expectNothing();

    try {
      expect(await lxcCni(there, variant, ...takeUp)).toContain("goes on here, with 10.10.0.2");
      await expectToGoOn(moving.peer);
      expect(await networkOf(there, moving.there)).toBe(before);
      expect(await there.run(["stat", "-c", "%u:%g", `${root}/first`])).toBe("77:88");
      await lxcCni(host, variant, "release", name);
      await moving.expectThere();
    } finally {
      await moving.there.end();
    }
  });

  test("goes on where it was when it cannot be packed, or is not to move", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name, path } = moving.here;
    await host.run(["sh", "-c", `head -c 20000000 /dev/urandom > ${path}/${name}/rootfs/large`]);
    await host.run(["mkdir", "/mnt/small"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "size=10M", "tmpfs", "/mnt/small"]);
    await expectRefused(
      host,
      variant,
      ["migrate", name, "/mnt/small/packed"],
      "was not moved, and goes on here",
    );
    await moving.expectHere();
    await lxcCni(host, variant, "migrate", name, "/mnt/packed");
    await expectRefused(host, variant, migration(variant, name), "is checkpointed");
    await lxcCni(host, variant, "restore", name, "/mnt/packed");
    await moving.expectHere();
  });
});
