import { expect } from "vitest";
import { attempt, expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce, giveCriu } from "./criu.ts";
import { own, startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { expectToGoOn, held, leases } from "./talk.ts";
import { beUnreliable, replaceCriu, staging } from "./unreliable.ts";

describeOnce("a move that is broken off", (variant) => {
  for (const [how, when] of [
    ["before", "before it restores"],
    ["after", "when it has restored"],
  ] as const) {
    test(`by losing the other host ${when} is finished by the same command`, async ({ host, there, lxc }) => {
      const moving = await startMoving({ host, there, lxc }, variant);
      const { name } = moving.here;
      const unreliably = migration(variant, name, "--rsh", "/mnt/unreliable");
      await beUnreliable(host, how);
      await expectRefused(host, variant, unreliably, `nobody here knows whether ${name} goes on at other`);
      await expectRefused(host, variant, unreliably, "no route to host");
      expect((await moving.here.attemptStart()).status).not.toBe(0);
      await expectRefused(host, variant, ["restore", name, await staging(host)], "may go on at other");
      expect(await lxcCni(host, variant, "ls")).toContain(`lxc-cni migrate ${name} other finds out`);
      expect(await leases(host)).toEqual(own);
      await lxcCni(host, variant, ...migration(variant, name));
      await moving.expectThere();
      await moving.there.end();
    });
  }

  test("by losing the other host for good can go on here all the same", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name } = moving.here;
    await beUnreliable(host, "before");
    const { status } = await attempt(host, variant, migration(variant, name, "--rsh", "/mnt/unreliable"));
    expect(status).toBe(1);
    await lxcCni(host, variant, "restore", name, await staging(host), "--here");
    await expectToGoOn(moving.peer);

    // What the other host has of it.
    expect(await held(there)).toEqual(own.map((each) => `simplenet/${each}`));
    expect(await lxcCni(there, variant, "ls")).toContain("arrives from another host");
    await lxcCni(there, variant, "release", name);
    await host.run(["rm", "-r", await staging(host)]);
    await moving.expectHere();
  });

  for (const step of ["receive settle", "receive restore"]) {
    test(`by being killed at ${step} goes on by the same command`, async ({ host, there, lxc }) => {
      const moving = await startMoving({ host, there, lxc }, variant);
      await host.write("/mnt/killing", killing(step), 0o755);
      const words = migration(variant, moving.here.name, "--rsh", "/mnt/killing");
      const run = ["sh", "-c", 'echo $$ > /mnt/pid; exec "$@"', "sh", `${variant.directory}/lxc-cni`];
      const { status } = await host.attempt([...run, ...words], { env: variant.environment });
      expect(status).not.toBe(0);
      await lxcCni(host, variant, ...migration(variant, moving.here.name));
      await moving.expectThere();
      await moving.there.end();
    });
  }
});

describeOnce("a move whose restore is killed on the other host", (variant) => {
  test("has succeeded where the container goes on there", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    // When LXC has brought it back, and is about to say so.
    await there.write("/mnt/lxc-checkpoint", killAfterwards, 0o755);
    await there.run(["sh", "-c", "mount --bind /mnt/lxc-checkpoint $(command -v lxc-checkpoint)"]);
    await lxcCni(host, variant, ...migration(variant, moving.here.name));
    await moving.expectThere();
    await moving.there.end();
  });
});

const killAfterwards = `#!/bin/sh
umount --lazy "$0"
lxc-checkpoint "$@"
kill -KILL $(pidof lxc-cni)
`;

describeOnce("a move that is killed while CRIU saves the container", (variant) => {
  test("goes on by the same command", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const kill = `if [ "$1" = dump ]; then kill -KILL $(pidof lxc-cni); exit 1; fi`;
    await replaceCriu(host, kill);
    const call = migration(variant, moving.here.name);
    expect((await attempt(host, variant, call)).status).not.toBe(0);
    await expectToGoOn(moving.peer);
    expect(await held(host)).toHaveLength(2);
    await host.run(["umount", "/usr/local/sbin"]);
    await giveCriu(host);
    await lxcCni(host, variant, ...call);
    await moving.expectThere();
    await moving.there.end();
  });
});

/** What takes the place of ssh, and kills who calls it when it is to do a step. */
const killing = (step: string) => `#!/bin/sh
case "$*" in
  *"${step}"*) kill -KILL $(cat /mnt/pid); exit 1 ;;
  *) exec ssh "$@" ;;
esac
`;
