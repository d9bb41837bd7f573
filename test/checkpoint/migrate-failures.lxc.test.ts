import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { attempt, expectRefused, lxcCni } from "../lxc/command-line.ts";
import { criuDirectory, describeOnce, giveCriu } from "./criu.ts";
import { own, startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { expectToGoOn, held, leases } from "./talk.ts";

/**
 * What takes the place of ssh. By the words in /mnt/how, it breaks in the middle of a copy (`cut`), loses the answer to the
 * restore (`mute`), or the other host for good, when it was asked to restore (`after`), or before that (`before`).
 */
const unreliable = `#!/bin/sh
how=$(cat /mnt/how)
case "$how: $*" in
  cut:*rsync*) dd bs=1 count=30000 status=none | ssh "$@" ;;
  mute:*"receive restore") ssh "$@" > /dev/null; exit 255 ;;
  after:*"receive restore") ssh "$@" > /dev/null; echo lost > /mnt/how; exit 255 ;;
  before:*"receive restore") echo lost > /mnt/how; exit 255 ;;
  lost:*) echo "no route to host" >&2; exit 255 ;;
  *) exec ssh "$@" ;;
esac
`;

async function beUnreliable(host: Host, how: string): Promise<void> {
  await host.write("/mnt/how", `${how}\n`);
  await host.write("/mnt/unreliable", unreliable, 0o755);
}

/** Puts another program in the place of criu. */
async function replaceCriu(host: Host, script: string): Promise<void> {
  await host.run(["umount", "/usr/local/sbin"]);
  await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
  await host.write(
    "/usr/local/sbin/criu",
    `#!/bin/sh\n${script}\nexec ${criuDirectory()}/criu "$@"\n`,
    0o755,
  );
}

/** Where the only checkpoint is of a container that moves. */
function staging(host: Host): Promise<string> {
  return host.run(["sh", "-c", "echo /var/lib/lxc-cni/migrations/*"]);
}

describeOnce("a move that fails", (variant) => {
  test("before the container is saved leaves it running, and nothing there", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const call = migration(variant, moving.here.name);
    await there.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", "/var/lib/lxc"]);
    await expectRefused(host, variant, call, "No space left on device");
    await there.run(["umount", "/var/lib/lxc"]);
    await moving.expectHere();

    await beUnreliable(host, "cut");
    await expectRefused(host, variant, [...call, "--rsh", "/mnt/unreliable"], "rsync ended with");
    await moving.expectHere();

    await replaceCriu(host, '[ "$1" != dump ] || exit 1');
    await expectRefused(host, variant, call, "could not be saved, and runs on");
    await moving.expectHere();
  });

  test("after that has it go on here, and leaves nothing there", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const call = migration(variant, moving.here.name);
    const memory = "/var/lib/lxc-cni/migrations";
    await there.run(["mkdir", "-p", memory]);
    await there.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", memory]);
    await expectRefused(host, variant, call, "was not moved, and goes on here; rsync ended with");
    await there.run(["umount", memory]);
    await moving.expectHere();

    await replaceCriu(there, '[ "$1" != restore ] || exit 1');
    await expectRefused(host, variant, call, "was not moved, and goes on here; other: ");
    await moving.expectHere();
  });

  test("here, too, says how it can go on", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name } = moving.here;
    for (const each of [host, there]) await replaceCriu(each, '[ "$1" != restore ] || exit 1');
    await expectRefused(host, variant, migration(variant, name), "could not be restored here either");
    await host.run(["umount", "/usr/local/sbin"]);
    await giveCriu(host);
    await lxcCni(host, variant, "restore", name, await staging(host));
    await expectToGoOn(moving.peer);
  });

  test("only in that its answer is lost has not failed", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    await beUnreliable(host, "mute");
    await lxcCni(host, variant, ...migration(variant, moving.here.name, "--rsh", "/mnt/unreliable"));
    await moving.expectThere();
    await moving.there.end();
  });

  for (const [how, when] of [
    ["before", "before it restores"],
    ["after", "when it has restored"],
  ] as const) {
    test(`by losing the other host ${when} is finished by the same command`, async ({ host, there, lxc }) => {
      const moving = await startMoving({ host, there, lxc }, variant);
      const { name } = moving.here;
      const unreliably = migration(variant, name, "--rsh", "/mnt/unreliable");
      await beUnreliable(host, how);
      await expectRefused(host, variant, unreliably, `nobody here knows whether ${name} goes on on other`);
      await expectRefused(host, variant, unreliably, "no route to host");
      expect((await moving.here.attemptStart()).status).not.toBe(0);
      await expectRefused(host, variant, ["restore", name, await staging(host)], "may go on on other");
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

/** What takes the place of ssh, and kills who calls it when it is to do a step. */
const killing = (step: string) => `#!/bin/sh
case "$*" in
  *"${step}"*) kill -KILL $(cat /mnt/pid); exit 1 ;;
  *) exec ssh "$@" ;;
esac
`;
