import { expect } from "vitest";
import { containerIdOf } from "../../lxc/container/id.ts";
import { expectRefused } from "../lxc/command-line.ts";
import { describeOnce, giveCriu } from "./criu.ts";
import { own, startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { define, expectToGoOn, held, joined, leases } from "./talk.ts";

const { routes } = joined.ipam;
const other4 = [[{ subnet: "10.10.0.0/24" }], [{ subnet: "fd00:10:10::/64" }]];
const other6 = [joined.ipam.ranges[0], [{ subnet: "fd00:10:11::/64" }]];
const gateway = [[{ subnet: "10.10.0.0/16", gateway: "10.10.0.254" }], [{ subnet: "fd00:10:10::/64" }]];
const narrow = [[{ subnet: "10.10.0.0/16", rangeStart: "10.10.1.0" }], [{ subnet: "fd00:10:10::/64" }]];
const withIpam = (ipam: object) => ({ ...joined, ipam: { ...joined.ipam, ...ipam } });

/** Networks of the name that are others, and what is said of them. */
const others: readonly [network: typeof joined & Record<string, unknown>, problem: string][] = [
  [withIpam({ ranges: other4 }), "its subnet is 10.10.0.0/24; that of 10.10.0.2 is 10.10.0.0/16"],
  [withIpam({ ranges: other6 }), "that of fd00:10:10::2 is fd00:10:10::/64"],
  [withIpam({ ranges: gateway }), "it would have 10.10.0.2/16, gateway 10.10.0.254"],
  [withIpam({ ranges: narrow }), "failed to allocate all requested IPs: 10.10.0.2"],
  [withIpam({ routes: routes.slice(0, 2) }), '"192.0.2.0/24"'],
  [{ ...joined, bridge: "lo" }, "is not a bridge"],
  [{ ...joined, type: "elsewhere" }, "its plugins are elsewhere with host-local"],
];

describeOnce("a move that the other host cannot do is refused, and the container runs on", (variant) => {
  test("for its networks and addresses", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const call = migration(variant, moving.here.name);
    for (const [network, problem] of others) {
      await define(there, network);
      await expectRefused(host, variant, call, problem);
    }
    await there.run(["rm", "/etc/lxc-cni/net.d/simplenet.conf"]);
    await expectRefused(host, variant, call, 'other: no net configuration with name "simplenet"');
    await moving.expectHere();

    await define(there, joined);
    const lease = "/var/lib/cni/networks/simplenet/fd00:10:10::2";
    await there.write(lease, "another\r\neth0");
    await expectRefused(host, variant, call, "fd00:10:10::2 is not available");
    expect([await leases(there), await held(there)]).toEqual([own.slice(1), []]);
    await there.run(["rm", lease]);
    await there.write("/var/lib/lxc-cni/held/simplenet/10.10.0.2", "another\r\neth0");
    await expectRefused(host, variant, call, "10.10.0.2");
    expect(await leases(there)).toEqual([]);
    await there.run(["rm", "/var/lib/lxc-cni/held/simplenet/10.10.0.2"]);
    await moving.expectHere();
  });

  test("for what it lacks, and for want of a host", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name, path } = moving.here;
    const place = `${path}/${name}`;
    const words = migration(variant, name);
    await there.run(["umount", "/usr/local/sbin"]);
    await expectRefused(host, variant, words, "criu is missing");
    await giveCriu(there);
    const call = ["migrate", name, "other"];
    const asPath = (program: string) => [...call, "--remote-program", program];
    await expectRefused(host, variant, asPath("/nowhere/lxc-cni"), "there is no /nowhere/lxc-cni");
    const older = `${variant.directory}/lxc-cni older`;
    await expectRefused(host, variant, asPath(older), "its lxc-cni cannot do it");
    await expectRefused(host, variant, [...words, "--rsh", "/mnt/none"], "/mnt/none cannot be run");
    await expectRefused(host, variant, [...words, "--rsh", "ssh -p 1"], "other did not answer (prepare)");
    for (const notHost of ["-oProxyCommand=touch x", "a b", "user@", "$(reboot)"]) {
      const { status, errors } = await host.attempt(
        [`${variant.directory}/lxc-cni`, "migrate", name, "--", notHost],
        { env: variant.environment },
      );
      expect({ status, errors }).toEqual({ status: 2, errors: expect.stringContaining("is no host") });
    }
    await moving.expectHere();

    await there.run(["mkdir", place]);
    await there.write(`${place}/config`, "another one's");
    await expectRefused(host, variant, words, `there is a container ${name}`);
    expect(await there.run(["cat", `${place}/config`])).toBe("another one's");
    await there.run(["rm", "-r", place]);

    await host.run(["mkdir", "/mnt/only-here"]);
    await moving.here.configure(["lxc.mount.entry = /mnt/only-here mnt none ro,bind 0 0"]);
    await expectRefused(host, variant, words, "names what is not there: /mnt/only-here");
    await moving.here.configure(["lxc.rootfs.path = dir:/mnt"]);
    await expectRefused(host, variant, words, "its root (lxc.rootfs.path) is no directory below");
    await moving.expectHere();
  });

  test("for going on there already, as the other host has it", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name, path } = moving.here;
    const id = containerIdOf(name, path);
    // As after a restore of which nobody here has heard, and "lxc-cni restore --here".
    const arrival = { name, lxcPath: path, isNew: true, networkDirectories: [], since: 0 };
    const process = {
      pid: 1,
      startTime: await there.run(["sh", "-c", "sed 's/.*) //' /proc/1/stat | cut -d' ' -f20"]),
      bootId: await there.run(["cat", "/proc/sys/kernel/random/boot_id"]),
    };
    await there.write(
      `/var/lib/lxc-cni/incarnations/${id}.json`,
      JSON.stringify({ process, name, lxcPath: path, attachments: [] }),
    );
    await there.write(
      `/var/lib/lxc-cni/arrivals/${id}.json`,
      JSON.stringify({ format: "lxc-cni arrival 1", ...arrival }),
    );
    await there.write(`${path}/${name}/rootfs/precious`, "");
    const words = migration(variant, name);
    for (const call of [words, [...words, "--dry-run"]]) {
      await expectRefused(host, variant, call, `container ${name} runs at other, too`);
      expect(await there.run(["ls", `${path}/${name}/rootfs`])).toBe("precious");
      await expectToGoOn(moving.peer);
    }
  });
});
