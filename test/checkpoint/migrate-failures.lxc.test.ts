import { expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce, giveCriu } from "./criu.ts";
import { startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { expectToGoOn } from "./talk.ts";
import { beUnreliable, replaceCriu, staging } from "./unreliable.ts";

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
});
