import { existsSync } from "node:fs";
import { expectRefused, lxcCni } from "../lxc/command-line.ts";
import { describeOnce } from "./criu.ts";
import { startMoving } from "./moving.ts";
import { test } from "./ssh.ts";

const sudo = "/usr/bin/sudo";

/** An ordinary user whom sudo lets become root, without a password once that is in its file. */
const makeUser = `
set -e
echo admin:x:4242:4242::/mnt:/bin/sh >> /etc/passwd
echo admin:x:4242: >> /etc/group
echo 'admin:*:19000:0:99999:7:::' >> /etc/shadow
echo 'admin ALL = (root) ALL' > /etc/sudoers.d/admin
chmod 755 /mnt /mnt/ssh
chmod 644 /mnt/ssh/authorized
`;

describeOnce("a container that is moved to a host whose root is not to be reached", (variant) => {
  test("goes on there by sudo, where that asks for no password", async ({ host, there, lxc, skip }) => {
    if (!existsSync(sudo)) skip("needs sudo");
    const moving = await startMoving({ host, there, lxc }, variant);
    await there.run(["sh", "-c", makeUser]);
    const place = ["migrate", moving.here.name, "admin@other"];
    const call = [...place, "--remote-program", `${variant.directory}/lxc-cni`];
    await expectRefused(host, variant, call, "receive takes root; lxc-cni migrate --sudo");
    await expectRefused(host, variant, [...call, "--sudo"], "sudo: a password is required");
    await moving.expectHere();
    await there.write("/etc/sudoers.d/admin", "admin ALL = (root) NOPASSWD: ALL\n", 0o440);
    try {
      await lxcCni(host, variant, ...call, "--sudo");
      await moving.expectThere();
    } finally {
      await moving.there.end();
    }
  });
});
