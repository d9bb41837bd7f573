import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { anyVariant, describeVariants, type Variant } from "../fixture/variants.ts";
import { type Lxc, type LxcContainer, test } from "./lxc.ts";
import type { Way } from "./ways.ts";

/** Describes what containers of LXC go through when they are networked in one of the ways. */
export function describeLife(way: Way): void {
  for (const version of [0, 1]) {
    describeVariants(
      `a container of LXC, networked by ${way.name}, hooks of version ${version}`,
      (variant) => {
        ordinaryLife({ way, version, variant });
        // How LXC calls its hooks does not depend on what the hook is made of.
        if (variant === anyVariant()) lifeWithAccidents({ way, version, variant });
      },
    );
  }
}

interface Circumstances {
  readonly way: Way;
  /** lxc.hook.version: how LXC hands a hook what it has to know, as arguments (0) or in the environment (1). */
  readonly version: number;
  readonly variant: Variant;
}

function ordinaryLife(circumstances: Circumstances): void {
  test("starts, stops and starts again, and leaves nothing", async ({ host, lxc }) => {
    const outside = await attachOutside(host);
    const [c1] = await create(circumstances, host, lxc, ["c1"]);
    const rest = await restOf(circumstances, host, [c1]);
    for (let start = 1; start <= 3; start++) {
      await c1.start();
      await expectNetwork(circumstances, c1);
      await c1.run(ping(outside.address));
      await c1.stop();
      await expectNothingBut(rest, host);
    }
    expect(await outside.sources()).toEqual([outside.hostAddress]);
  });
}

function lifeWithAccidents(circumstances: Circumstances): void {
  test("reboots from the inside, and leaves nothing", async ({ host, lxc }) => {
    const [c1] = await create(circumstances, host, lxc, ["c1"]);
    const rest = await restOf(circumstances, host, [c1]);
    await c1.start();
    for (let reboot = 1; reboot <= 3; reboot++) {
      await c1.reboot();
      await expectNetwork(circumstances, c1);
      expect(await host.run(["sh", "-c", "iptables -t nat -S | grep -c MASQUERADE"])).toBe("1");
      expect(await host.run(["sh", "-c", "ls /var/lib/cni/networks/simplenet | grep -c ^10"])).toBe("1");
    }
    await c1.stop();
    await expectNothingBut(rest, host);
  });

  test("leaves nothing when a later hook fails its start, and starts when that is repaired", async ({
    host,
    lxc,
  }) => {
    const [c1] = await create(circumstances, host, lxc, ["c1"]);
    await host.write("/etc/lxc/later-hook", "#!/bin/sh\ntest -e /mnt/repaired\n", 0o755);
    const rest = await restOf(circumstances, host, [c1]);
    await c1.configure(["lxc.hook.start-host = /etc/lxc/later-hook"]);
    expect((await c1.attemptStart()).status).not.toBe(0);
    await expectNothingBut(rest, host);
    expect((await c1.attemptStart()).status).not.toBe(0);
    await expectNothingBut(rest, host);
    await host.run(["touch", "/mnt/repaired"]);
    await c1.start();
    await expectNetwork(circumstances, c1);
  });

  test("starts again after its monitor was killed, and leaves nothing", async ({ host, lxc }) => {
    const [c1] = await create(circumstances, host, lxc, ["c1"]);
    const rest = await restOf(circumstances, host, [c1]);
    await c1.start();
    const [address] = await c1.addresses();
    await c1.killMonitor();
    await c1.start();
    expect(await c1.addresses()).toEqual([address]);
    await expectNetwork(circumstances, c1);
    await c1.stop();
    await expectNothingBut(rest, host);
  });

  test("is networked after stops and starts in haste, and leaves nothing", async ({ host, lxc }) => {
    const [c1] = await create(circumstances, host, lxc, ["c1"]);
    const rest = await restOf(circumstances, host, [c1]);
    await c1.start();
    for (let start = 1; start <= 10; start++) {
      await c1.stopInHaste();
      await c1.start();
      await expectNetwork(circumstances, c1);
    }
    await c1.stop();
    await expectNothingBut(rest, host);
  });

  test("is one of eight that start at once and stop at once, and leave nothing", async ({ host, lxc }) => {
    const names = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"] as const;
    const all = await create(circumstances, host, lxc, names);
    const rest = await restOf(circumstances, host, all);
    await Promise.all(all.map((container) => container.start()));
    const addresses = await Promise.all(all.map((container) => container.addresses()));
    expect(new Set(addresses.flat()).size).toBe(8);
    await Promise.all(all.map((container) => container.run(ping("10.10.0.1"))));
    await Promise.all(all.map((container) => container.stop()));
    await expectNothingBut(rest, host);
  });
}

type One<Names extends readonly string[], T> = { [Index in keyof Names]: T };

async function create<const Names extends readonly string[]>(
  { way, version, variant }: Circumstances,
  host: Host,
  lxc: Lxc,
  names: Names,
): Promise<One<Names, LxcContainer>> {
  const lines = [...(await way.install(host, variant)), `lxc.hook.version = ${version}`];
  const options = { env: variant.environment };
  return (await Promise.all(names.map((name) => lxc.create(name, lines, options)))) as One<
    Names,
    LxcContainer
  >;
}

/** What a host looks like when all its containers have stopped. */
async function restOf({ way }: Circumstances, host: Host, all: readonly LxcContainer[]): Promise<Snapshot> {
  if (!way.callsDel) {
    // A lease and rules stay: those of one start, however many there are later.
    await Promise.all(all.map((container) => container.start()));
    await Promise.all(all.map((container) => container.stop()));
    await expect.poll(() => host.run(["ip", "link", "show", "master", "cnibr0"])).toBe("");
  }
  return snapshot(host);
}

async function expectNetwork({ way }: Circumstances, container: LxcContainer): Promise<void> {
  const address = way.callsDel ? expect.stringMatching(/^10\.10\.\d+\.\d+\/16$/) : "10.10.0.2/16";
  expect(await container.addresses()).toEqual([address]);
  await container.run(ping("10.10.0.1"));
}

async function expectNothingBut(rest: Snapshot, host: Host): Promise<void> {
  // The kernel takes its time with a namespace that is dying, and with the port into it.
  await expect.poll(async () => difference(rest, await snapshot(host))).toEqual([]);
}

const ping = (address: string) => ["ping", "-c", "1", "-W", "2", address];
