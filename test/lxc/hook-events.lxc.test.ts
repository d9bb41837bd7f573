import { beforeEach, describe, expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { hide } from "../fixture/hide.ts";
import type { Host } from "../fixture/host.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { anyVariant } from "../fixture/variants.ts";
import { type Lxc, type LxcContainer, test } from "./lxc.ts";
import { emptyNetwork, hookCommand, hookLines } from "./ways.ts";

const variant = anyVariant();

/** What happens to containers of LXC, beside what life.ts has of it. Executables differ in none of it. */
describe("a container of LXC", () => {
  beforeEach(({ skip }) => {
    if (variant === undefined) skip("nothing has been built (npm run build says why)");
  });

  test("is a silent one while it is frozen, and goes on", async ({ host, lxc }) => {
    const c1 = await createOn(host, lxc, "c1");
    await c1.start();
    const before = [await c1.addresses(), await c1.mac("eth0")];
    await c1.freeze();
    // Its kernel answers, not its processes.
    await host.run(["ping", "-c", "1", "-W", "2", addressOf(before[0]?.[0])]);
    await c1.unfreeze();
    expect([await c1.addresses(), await c1.mac("eth0")]).toEqual(before);
    await c1.run(ping);
  });

  test("that is killed while it is frozen leaves nothing", async ({ host, lxc }) => {
    const c1 = await createOn(host, lxc, "c1");
    const before = await snapshot(host);
    await c1.start();
    await c1.freeze();
    await c1.stop();
    await expectNothingBut(before, host);
  });

  test("whose init ends by itself leaves nothing", async ({ host, lxc }) => {
    const c1 = await createOn(host, lxc, "c1");
    const before = await snapshot(host);
    await c1.start();
    await host.attempt(["lxc-attach", "--name", c1.name, "--", "poweroff", "-f"]);
    await expectNothingBut(before, host);
  });

  test("starts after its host has crashed, and nothing of before is left", async ({ host, lxc }) => {
    const c1 = await createOn(host, lxc, "c1");
    const fresh = await snapshot(host);
    await c1.start();
    const [address] = await c1.addresses();
    const mac = await c1.mac("eth0");
    await c1.killMonitor();
    await crash(host);
    await c1.start();
    expect(await c1.addresses()).toEqual([address]);
    expect(await c1.mac("eth0")).toBe(mac);
    await c1.run(ping);
    await c1.stop();
    await expectNothingBut(fresh, host);
  });

  test("that is on other networks after a crash has left the first ones", async ({ host, lxc }) => {
    const other = {
      ...recipe,
      name: "other",
      bridge: "cnibr1",
      ipam: { type: "host-local", subnet: "10.11.0.0/16" },
    };
    await host.write("/etc/lxc-cni/net.d/20-other.conf", JSON.stringify(other));
    const c1 = await createOn(host, lxc, "c1");
    const fresh = await snapshot(host);
    await c1.start();
    await c1.killMonitor();
    await crash(host);
    await host.run(["sed", "-i", "s/hook simplenet/hook other/", `/var/lib/lxc/${c1.name}/config`]);
    await c1.start();
    expect(await c1.addresses()).toEqual(["10.11.0.2/16"]);
    expect(await host.run(["sh", "-c", "ls /var/lib/cni/networks/simplenet | grep ^10 || true"])).toBe("");
    await c1.stop();
    await host.run(["sed", "-i", "s/hook other/hook simplenet/", `/var/lib/lxc/${c1.name}/config`]);
    await expectNothingBut(fresh, host);
  });

  test("that is copied has an address and a MAC of its own", async ({ host, lxc, skip }) => {
    if ((await host.attempt(["sh", "-c", "command -v rsync"])).status !== 0)
      skip("needs rsync, for lxc-copy");
    const c1 = await createOn(host, lxc, "c1");
    await c1.start();
    const [address] = await c1.addresses();
    const mac = await c1.mac("eth0");
    await c1.stop();
    const { outcome, copy } = await lxc.copy(c1, "copy");
    expect(outcome).toMatchObject({ status: 0 });
    await c1.start();
    await copy.start();
    expect(await c1.mac("eth0")).toBe(mac);
    expect(await copy.mac("eth0")).not.toBe(mac);
    expect(await copy.addresses()).not.toEqual(await c1.addresses());
    expect(address).toMatch(/^10\.10\./);
    await copy.run(ping);
  });

  test("that cannot be copied keeps all that it has, though LXC destroys the copy", async ({ host, lxc }) => {
    const network = { ...recipe, ipam: { ...recipe.ipam, sticky: true } };
    const c1 = await createOn(host, lxc, "c1");
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(network));
    await c1.start();
    const [address] = await c1.addresses();
    await c1.stop();
    await host.write("/etc/lxc/note", '#!/bin/sh\necho "$LXC_NAME" >> /mnt/.destroyed\n', 0o755);
    await c1.configure(["lxc.hook.destroy = /etc/lxc/note"]);
    // Where there is none, lxc-copy fails as well.
    await hide(host, "rsync").catch(() => undefined);
    const before = await snapshot(host);
    const { outcome, copy } = await lxc.copy(c1, "copy");
    expect(outcome.status).not.toBe(0);
    expect(await host.run(["cat", "/mnt/.destroyed"])).toBe(copy.name);
    expect(difference(before, await snapshot(host))).toEqual([]);
    await c1.start();
    expect(await c1.addresses()).toEqual([address]);
  });

  test("that is destroyed is forgotten: one of its name gets another address", async ({ host, lxc }) => {
    const network = { ...recipe, ipam: { ...recipe.ipam, sticky: true } };
    const c1 = await createOn(host, lxc, "c1");
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(network));
    await c1.start();
    const [address] = await c1.addresses();
    await c1.stop();
    await c1.start();
    expect(await c1.addresses()).toEqual([address]);
    await c1.stop();
    await c1.destroy();
    const again = await createOn(host, lxc, "c1", network);
    await again.start();
    expect(await again.addresses()).not.toEqual([address]);
  });

  test("is attached by lxc-execute, with a root file system of its own and with the host's", async ({
    host,
    lxc,
  }) => {
    const c1 = await createOn(host, lxc, "c1");
    const before = await snapshot(host);
    const own = await host.run(["lxc-execute", "--name", c1.name, "--", ...show]);
    expect(own).toContain("inet 10.10.0.2/16");
    await expectNothingBut(before, host);

    const lines = await hookCommand.install(host, requireVariant());
    await host.write("/etc/lxc/app.conf", [...lines, "lxc.console.path = none", ""].join("\n"));
    const resolvConf = await host.run(["cat", "/etc/resolv.conf"]);
    const words = ["--name", `${c1.name}-app`, "--rcfile", "/etc/lxc/app.conf"];
    const hosts = await host.run(["lxc-execute", ...words, "--", ...show]);
    expect(hosts).toMatch(/inet 10\.10\.0\.\d+\/16/);
    expect(await host.run(["cat", "/etc/resolv.conf"])).toBe(resolvConf);
    await expect
      .poll(async () => (await host.run(["sh", "-c", "ls /var/lib/cni/networks/simplenet"])).split("\n"))
      .toEqual(["last_reserved_ip.0", "lock"]);
  });

  test("whose root is an ordinary user of the host is attached as any other", async ({ host, lxc, skip }) => {
    if ((await host.attempt(["sh", "-c", "command -v newuidmap"])).status !== 0)
      skip("needs newuidmap (package uidmap)");
    const outside = await attachOutside(host);
    const lines = await hookCommand.install(host, requireVariant());
    const c1 = await lxc.create("c1", lines, { idmapped: true, env: requireVariant().environment });
    const before = await snapshot(host);
    await c1.start();
    expect(await host.run(["cat", `/proc/${await c1.init()}/uid_map`])).toMatch(/^ +0 +100000 +65536$/);
    expect(await c1.addresses()).toEqual(["10.10.0.2/16"]);
    await c1.run(["ping", "-c", "1", "-W", "2", outside.address]);
    await c1.reboot();
    await c1.run(ping);
    await c1.stop();
    await expectNothingBut(before, host);
  });

  test("starts though a plugin prints a megabyte, and does not when one prints it and fails", async ({
    host,
    lxc,
  }) => {
    const plugin = (status: number) =>
      [
        "#!/bin/sh",
        "cat > /dev/null",
        "yes 'this is a line of much output' | head -c 1000000 >&2",
        // Whoever has its standard output would wait for it.
        "sleep 1000 & echo $! >> /mnt/sleepers",
        `[ $CNI_COMMAND != ADD ] || [ ${status} != 0 ] || echo '{"cniVersion":"1.0.0"}'`,
        `[ $CNI_COMMAND != ADD ] || exit ${status}`,
        "",
      ].join("\n");
    const list = {
      cniVersion: "1.0.0",
      name: "loud",
      plugins: [{ ...recipe, name: undefined }, { type: "loud" }],
    };
    await host.write("/etc/lxc-cni/net.d/10-loud.conflist", JSON.stringify(list));
    await host.write("/etc/lxc/plugins/loud", plugin(0), 0o755);
    const command = `${requireVariant().directory}/lxc-cni hook --cni-path /etc/lxc/plugins loud`;
    const c1 = await lxc.create("c1", [...emptyNetwork, ...hookLines(command)]);
    await c1.start();
    await c1.run(ping);
    await c1.stop();
    await host.write("/etc/lxc/plugins/loud", plugin(1), 0o755);
    expect((await c1.attemptStart()).status).not.toBe(0);
    const kept = JSON.parse(await host.run(["sh", "-c", "cat /run/lxc-cni/errors/*.json"]));
    expect(kept).toMatchObject({ hook: "start-host", network: "loud", code: 120 });
    await host.run(["sh", "-c", "kill $(cat /mnt/sleepers)"]);
  });

  test("does not wait for a plugin that hangs: its start fails, and nothing is left", async ({
    host,
    lxc,
  }) => {
    const list = {
      cniVersion: "1.0.0",
      name: "slow",
      plugins: [{ ...recipe, name: undefined }, { type: "slow" }],
    };
    await host.write("/etc/lxc-cni/net.d/10-slow.conflist", JSON.stringify(list));
    const script = "#!/bin/sh\n[ $CNI_COMMAND != ADD ] || exec sleep 1000\n";
    await host.write("/etc/lxc/plugins/slow", script, 0o755);
    const command = `${requireVariant().directory}/lxc-cni hook --timeout 2 --cni-path /etc/lxc/plugins slow`;
    const c1 = await lxc.create("c1", [...emptyNetwork, ...hookLines(command)]);
    const before = await snapshot(host);
    expect((await c1.attemptStart()).status).not.toBe(0);
    await expectNothingBut(before, host);
  });

  test("is not attached to a network that others than root may change", async ({ host, lxc }) => {
    const c1 = await createOn(host, lxc, "c1");
    await host.run(["chmod", "g+w", "/etc/lxc-cni/net.d/10-simplenet.conf"]);
    expect((await c1.attemptStart()).status).not.toBe(0);
    const kept = await host.run(["sh", "-c", "cat /run/lxc-cni/errors/*.json"]);
    expect(JSON.parse(kept).details).toBe(
      "these cannot be used: /etc/lxc-cni/net.d/10-simplenet.conf: /etc/lxc-cni/net.d/10-simplenet.conf can be written " +
        "by others than its owner; its mode is 664; chmod go-w /etc/lxc-cni/net.d/10-simplenet.conf",
    );
    await host.run(["chmod", "go-w", "/etc/lxc-cni/net.d/10-simplenet.conf"]);
    await c1.start();
  });
});

const show = ["ip", "-4", "address", "show", "dev", "eth0"];

const ping = ["ping", "-c", "1", "-W", "2", "10.10.0.1"];

/** The variant that there is: without one, no test is run. */
function requireVariant() {
  if (variant === undefined) throw new Error("nothing has been built");
  return variant;
}

async function createOn(host: Host, lxc: Lxc, name: string, network?: object): Promise<LxcContainer> {
  const { environment } = requireVariant();
  const lines = await hookCommand.install(host, requireVariant());
  if (network !== undefined)
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(network));
  return lxc.create(name, lines, { env: environment });
}

function addressOf(text = ""): string {
  return text.split("/")[0] ?? "";
}

/**
 * Does to a host what a crash and another boot do: links and rules are gone, and so is /run; what was written elsewhere is
 * of another boot. The kernel stays the same one, so its boot id has to be changed where it was written.
 */
async function crash(host: Host): Promise<void> {
  const script = `
    for link in $(ls /sys/class/net | grep -E '^(cnibr|veth)'); do ip link delete $link 2> /dev/null || true; done
    iptables -t nat -F && iptables -t nat -X
    rm -rf /run/lxc-cni
    sed -i 's/"bootId":"[^"]*"/"bootId":"00000000-0000-4000-8000-000000000000"/' /var/lib/lxc-cni/incarnations/*
    touch -d @1 /var/lib/cni/networks/*/10.*`;
  await host.run(["sh", "-ec", script]);
}

async function expectNothingBut(rest: Snapshot, host: Host): Promise<void> {
  // The kernel takes its time with a namespace that is dying, and with the port into it.
  await expect.poll(async () => difference(rest, await snapshot(host))).toEqual([]);
}
