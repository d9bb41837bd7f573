import { expect } from "vitest";
import { attempt, expectRefused, lxcCni, read } from "../lxc/command-line.ts";
import { criuDirectory, describeOnce, giveCriu, test } from "./criu.ts";
import { createTalker, define, expectToGoOn, fit, held, joined, leases, startPeer } from "./talk.ts";

const own = ["10.10.0.2", "fd00:10:10::2"];

/** Calls what CRIU calls, for a process in a namespace of its own. */
const callLate = `
unshare --net sleep 60 < /dev/null > /dev/null 2>&1 &
until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
CRTOOLS_INIT_PID=$! "$0"
status=$?
kill $!
exit $status
`;

describeOnce("a checkpoint that fails", (variant) => {
  test("leaves the container running and nothing held, and can be tried again", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const expectNothingHeld = async () => {
      await expectToGoOn(peer);
      expect([await leases(host), await held(host)]).toEqual([own, []]);
    };

    // A disk that is full.
    await host.run(["mkdir", "/mnt/small"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", "/mnt/small"]);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/small/c1"], "and runs on");
    await expectNothingHeld();

    // What is in the way of a file of ours, and an address that is held for somebody else.
    await host.run(["mkdir", "-m", "700", "/mnt/taken", "/mnt/taken/criu.conf"]);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/taken"], "and runs on");
    await expectNothingHeld();
    const heldForOther = "/var/lib/lxc-cni/held/simplenet/fd00:10:10::2";
    await host.run(["mkdir", "-p", "/var/lib/lxc-cni/held/simplenet"]);
    await host.write(heldForOther, "other\r\neth0");
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/held"], "is held for somebody else");
    await host.run(["rm", heldForOther]);
    await expectNothingHeld();
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/held");
    await lxcCni(host, variant, "restore", c1.name, "/mnt/held");

    // By another user, who could not do it.
    await host.run(["cp", "-a", variant.directory, "/mnt/programs"]);
    const asUser = ["setpriv", "--reuid=4242", "--regid=4242", "--clear-groups", "/mnt/programs/lxc-cni"];
    for (const command of ["checkpoint", "restore", "migrate"]) {
      const { status, errors } = await host.attempt([...asUser, command, c1.name, "/mnt/user"]);
      expect({ status, errors }).toEqual({ status: 1, errors: `lxc-cni: ${command} takes root\n` });
    }

    // No CRIU, and one that is too old, or does not run.
    await host.run(["umount", "/usr/local/sbin"]);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c1"], "criu is missing");
    await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
    await host.write("/usr/local/sbin/criu", "#!/bin/sh\necho Version: 3.17.1\n", 0o755);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c1"], "criu is 3.17");
    await host.write("/usr/local/sbin/criu", "#!/bin/sh\necho no such library >&2\nexit 127\n", 0o755);
    await expectRefused(
      host,
      variant,
      ["checkpoint", c1.name, "/mnt/c1"],
      '"/usr/local/sbin/criu --version" fails: no such library',
    );
    await host.run(["umount", "/usr/local/sbin"]);
    await expectNothingHeld();

    await host.run(["umount", "-l", "/mnt/small"]);
    await giveCriu(host);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/small/c1");
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c2"], "does not run");
    await lxcCni(host, variant, "restore", c1.name, "/mnt/small/c1");
    await expectNothingHeld();
  });

  test("being killed leaves it to release, also while the container runs on", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const criu = criuDirectory();
    await host.run(["umount", "/usr/local/sbin"]);
    await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
    const kill = `if [ "$1" = dump ]; then kill -KILL $(pidof lxc-cni); exit 1; fi`;
    await host.write("/usr/local/sbin/criu", `#!/bin/sh\n${kill}\nexec ${criu}/criu "$@"\n`, 0o755);
    const { status } = await attempt(host, variant, ["checkpoint", c1.name, "/mnt/c1"]);
    expect(status).not.toBe(0);
    expect(await held(host)).toHaveLength(2);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c2"], `lxc-cni release ${c1.name}`);
    await lxcCni(host, variant, "release", c1.name);
    await expectToGoOn(peer);
    expect([await leases(host), await held(host)]).toEqual([own, []]);
    await host.run(["umount", "/usr/local/sbin"]);
    await giveCriu(host);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c2");
  });

  test("says what its configuration lacks, and --fix adds it", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const before = (await read(host, c1.configFile)).replace(`${fit.slice(0, 2).join("\n")}\n`, "");
    await host.write(c1.configFile, before);
    await c1.configure(["lxc.apparmor.profile = unconfined"]);
    await c1.start();
    const lacks = '"lxc.tty.max = 0" and "lxc.console.path = none" and "lxc.apparmor.profile ="';
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c1"], lacks);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c1", "--fix"], lacks);
    // They count from its next start on.
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/c1"], "and runs on");
    await c1.stop();
    await c1.start();
    const addresses = await c1.addresses();
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    expect(await c1.addresses()).toEqual(addresses);
  });
});

describeOnce("a restore that fails", (variant) => {
  test("leaves all as it was, twice, and can be tried again", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    await expectRefused(host, variant, ["restore", c1.name, "/mnt/c1"], "no checkpoint in /mnt/c1");
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    const state = () =>
      host.run([
        "sh",
        "-c",
        "find /var/lib/lxc-cni /var/lib/cni -type f | sort; iptables-save -t nat | grep ^-A || true",
      ]);
    const before = await state();

    // What breaks it before the network is made, and what breaks it after that.
    for (const image of ["inventory.img", "pages-1.img"]) {
      await host.run(["mv", `/mnt/c1/images/${image}`, "/mnt/away"]);
      await expectRefused(host, variant, ["restore", c1.name, "/mnt/c1"], "restore.log");
      expect(await state()).toBe(before);
      await host.run(["mv", "/mnt/away", `/mnt/c1/images/${image}`]);
    }
    // A network that is not what it was.
    await define(host, { ...joined, mtu: 1400, ipam: { ...joined.ipam, routes: [] } });
    await expectRefused(
      host,
      variant,
      ["restore", c1.name, "/mnt/c1"],
      "differs from that of the checkpoint",
    );
    expect(await state()).toBe(before);
    await define(host, joined);

    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    await expectToGoOn(peer);
    expect([await leases(host), await held(host)]).toEqual([own, []]);
    await expectRefused(host, variant, ["restore", c1.name, "/mnt/c1"], "runs");

    // Another restore that had been called before this one was through.
    const places = { networkDirectories: [], cniPath: "" };
    const order = { name: c1.name, lxcPath: c1.path, directory: "/mnt/c1", ...places };
    const late = await host.attempt(["sh", "-c", callLate, `${variant.directory}/lxc-cni`], {
      env: {
        ...variant.environment,
        LXC_CNI_RESTORE: JSON.stringify(order),
        CRTOOLS_SCRIPT_ACTION: "setup-namespaces",
      },
    });
    expect(late.status).toBe(1);
    expect(await read(host, "/mnt/c1/network-failure")).toContain("runs already");
    await expectToGoOn(peer);
    await c1.stop();
    expect(await leases(host)).toEqual([]);
  });
});
