import { expect } from "vitest";
import { expectRefused, lxcCni, read } from "../lxc/command-line.ts";
import { containerAt } from "../lxc/lxc.ts";
import { describeOnce } from "./criu.ts";
import { own, startMoving } from "./moving.ts";
import { migration, test } from "./ssh.ts";
import { createTalker, define, expectToGoOn, held, joined, leases, networkOf, startPeer } from "./talk.ts";

describeOnce("a container that is moved to another host", (variant) => {
  test("goes on there with its connections, and can move back", async ({ host, there, lxc }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name, path } = moving.here;
    const before = await networkOf(host, moving.here);
    const root = `${path}/${name}/rootfs`;
    await host.run(["sh", "-c", `touch ${root}/first && chown 77:88 ${root}/first`]);
    try {
      const said = await lxcCni(host, variant, ...migration(variant, name));
      expect(said).toMatch(/copied while it runs: [\d.]+ [kM]B in [\d.]+ s/);
      expect(said).toMatch(
        /goes on at other after [\d.]+ s, with 10\.10\.0\.2 and fd00:10:10::2 on simplenet/,
      );
      await moving.expectThere();
      expect(await networkOf(there, moving.there)).toBe(before);
      expect(await there.run(["stat", "-c", "%u:%g", `${root}/first`])).toBe("77:88");

      // What is left here is of the past.
      expect((await moving.here.attemptStart()).status).not.toBe(0);
      expect(await lxcCni(host, variant, "ls")).not.toContain(name);
      await expectRefused(host, variant, migration(variant, name), "has moved to other");

      // On a terminal, rsync shows how far it is.
      await moving.there.run(["sh", "-c", "head -c 3000000 /dev/urandom > /large"]);
      await moving.there.run(["touch", "/second"]);
      await moving.there.run(["rm", "/first"]);
      const words = migration(variant, name, "--destroy", "--json");
      const line = [`${variant.directory}/lxc-cni`, ...words].join(" ");
      const onTerminal = [
        "script",
        "--quiet",
        "--return",
        "--command",
        `${line} > /mnt/json`,
        "/mnt/typescript",
      ];
      await there.run(onTerminal, { env: variant.environment });
      expect(await read(there, "/mnt/typescript")).toMatch(/\d+% +[\d.]+[kMG]B\/s/);
      const back = JSON.parse(await read(there, "/mnt/json"));
      expect(back).toMatchObject({ container: name, downtime: expect.any(Number) });
      const { bytes } = back.steps.find((step: { name: string }) => step.name === "copy");
      expect(bytes).toBeGreaterThan(3_000_000);
      await moving.expectHere();
      expect(await networkOf(host, moving.here)).toBe(before);
      expect(await host.attempt(["ls", `${root}/second`])).toMatchObject({ status: 0 });
      expect(await host.attempt(["ls", `${root}/first`])).toMatchObject({ status: 2 });
      await moving.here.stop();
      expect(await leases(host)).toEqual([]);
      await moving.here.start();
    } finally {
      await moving.there.end();
    }
  });

  test("may have ids of its own, and two networks", async ({ host, there, lxc }) => {
    const backnet = {
      ...{ cniVersion: "1.0.0", name: "backnet", type: "bridge", bridge: "cnibr1", isGateway: true },
      ipam: { type: "host-local", ranges: [[{ subnet: "10.20.0.0/16" }]] },
    };
    for (const each of [host, there]) {
      await define(each, joined, backnet);
      await each.run(["mkdir", "-p", "/var/lib/lxc"]);
      // The machine's own may be closed to the container's root.
      await each.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/var/lib/lxc"]);
      for (const file of ["/etc/subuid", "/etc/subgid"]) await each.write(file, "root:100000:65536\n");
    }
    const networks = "simplenet:wan0,mac=02:00:00:00:00:09 backnet:lan0,ip=10.20.0.7";
    const c1 = await createTalker(lxc, host, variant, networks, { idmapped: true });
    const peer = await startPeer(host);
    await c1.start();
    await expectToGoOn(peer);
    const before = await networkOf(host, c1);
    const moved = containerAt(there, c1.name);
    try {
      await lxcCni(host, variant, ...migration(variant, c1.name));
      await expectToGoOn(peer);
      expect(await networkOf(there, moved)).toBe(before);
      expect(await leases(there, "backnet")).toEqual(["10.20.0.7"]);
      expect(await leases(host, "backnet")).toEqual([]);
    } finally {
      await moved.end();
    }
  });

  test("is only looked at with --dry-run, and has its addresses held here with --hold, until release", async ({
    host,
    there,
    lxc,
  }) => {
    const moving = await startMoving({ host, there, lxc }, variant);
    const { name } = moving.here;
    const { there: moved } = moving;
    try {
      expect(await lxcCni(host, variant, ...migration(variant, name, "--dry-run"))).toContain("can be moved");
      await moving.expectHere();
      await lxcCni(host, variant, ...migration(variant, name, "--hold"));
      expect([await leases(host), await held(host)]).toEqual([own, own.map((each) => `simplenet/${each}`)]);
      await lxcCni(host, variant, "gc");
      expect(await lxcCni(host, variant, "ls")).toMatch(/checkpointed +moved to other/);
      await lxcCni(host, variant, "release", name);
      await moving.expectThere();
    } finally {
      await moved.end();
    }
  });
});
