import { expect } from "vitest";
import { attempt, expectRefused, lxcCni, read } from "../lxc/command-line.ts";
import { emptyNetwork, hookLines } from "../lxc/ways.ts";
import { criuDirectory, describeOnce, test } from "./criu.ts";
import { createTalker, define, expectToGoOn, fit, held, joined, networkOf, startPeer } from "./talk.ts";

describeOnce("a container", (variant) => {
  test("with ids of its own, made by the template, is refused, and mended by --fix", async ({
    host,
    lxc,
  }) => {
    await define(host, joined);
    await host.run(["mkdir", "-p", "/var/lib/lxc"]);
    await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
    const hooks = hookLines(`${variant.directory}/lxc-cni hook simplenet`);
    const c1 = await lxc.create("c1", [...emptyNetwork, ...hooks, ...fit], { idmapped: true });
    // A directory of the host, and one that is a mount itself, are not in the way.
    await c1.configure([
      "lxc.mount.entry = /opt opt none bind,create=dir 0 0",
      "lxc.mount.entry = /mnt/data data none bind,create=dir 0 0",
    ]);
    await host.run(["sh", "-c", "mkdir /mnt/data && mount -t tmpfs tmpfs /mnt/data && touch /mnt/data/seen"]);
    await c1.start();
    await expectRefused(
      host,
      variant,
      ["checkpoint", c1.name, "/mnt/c1", "--fix"],
      "lxc.rootfs.mount = /var/lib/lxc",
    );
    await c1.stop();
    await c1.start();
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    expect(await c1.run(["ls", "/data"])).toBe("seen");
  });

  test("with ids of its own, on two networks, goes on", async ({ host, lxc }) => {
    const backnet = {
      ...{ cniVersion: "1.0.0", name: "backnet", type: "bridge", bridge: "cnibr1", isGateway: true },
      ipam: { type: "host-local", ranges: [[{ subnet: "10.20.0.0/16" }]] },
    };
    await define(host, joined, backnet);
    await host.run(["mkdir", "-p", "/var/lib/lxc"]);
    // The machine's own may be closed to the container's root.
    await host.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
    const networks = "simplenet:wan0,mac=02:00:00:00:00:09 backnet:lan0,ip=10.20.0.7";
    const c1 = await createTalker(lxc, host, variant, networks, { idmapped: true });
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1");
    expect(await held(host)).toEqual(["backnet/10.20.0.7", "simplenet/10.10.0.2", "simplenet/fd00:10:10::2"]);
    await lxcCni(host, variant, "restore", c1.name, "/mnt/c1");
    await expectToGoOn(peer);
    expect(await networkOf(host, c1)).toBe(before);
    expect(await c1.mac("wan0")).toBe("02:00:00:00:00:09");
  });

  test("is seen to be saved on a terminal, with how far it is", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    await c1.start();
    // A CRIU that waits until somebody has seen enough.
    await host.run(["umount", "/usr/local/sbin"]);
    await host.run(["mount", "-t", "tmpfs", "tmpfs", "/usr/local/sbin"]);
    await host.run(["mkfifo", "/mnt/go"]);
    const wait = `if [ "$1" = dump ]; then head -c 12345 /dev/zero > /mnt/c1/images/first; read -r go < /mnt/go; fi`;
    await host.write(
      "/usr/local/sbin/criu",
      `#!/bin/sh\n${wait}\nexec ${criuDirectory()}/criu "$@"\n`,
      0o755,
    );

    const line = `${variant.directory}/lxc-cni checkpoint ${c1.name} /mnt/c1`;
    const saved = host.run([
      "script",
      "--quiet",
      "--flush",
      "--return",
      "--command",
      line,
      "/mnt/typescript",
    ]);
    const shown = () => read(host, "/mnt/typescript");
    await expect.poll(shown).toMatch(/saving \S+: [1-9]\d* kB, [1-9]\.\d\d s/);
    await host.run(["sh", "-c", "echo > /mnt/go"]);
    await saved;
    // The line is gone when there is something else to say.
    expect(await shown()).toContain(`\r\x1b[K${c1.name}: saved `);
    const { status, errors } = await attempt(host, variant, ["restore", c1.name, "/mnt/c1"]);
    expect({ status, errors }).toEqual({ status: 0, errors: "" });
  });

  test("that is left running has nothing held, and goes on", async ({ host, lxc }) => {
    await define(host, joined);
    const c1 = await createTalker(lxc, host, variant, "simplenet");
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    await lxcCni(host, variant, "checkpoint", c1.name, "/mnt/c1", "--leave-running");
    await expectToGoOn(peer);
    expect(await held(host)).toEqual([]);
    const { errors } = await attempt(host, variant, ["checkpoint", c1.name, "/mnt/c1"]);
    expect(errors).toContain("/mnt/c1 has a checkpoint in it");
    await host.run(["mkdir", "-m", "755", "/mnt/open"]);
    await expectRefused(host, variant, ["checkpoint", c1.name, "/mnt/open"], "chmod 700 /mnt/open");
  });
});
