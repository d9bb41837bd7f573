import { describe, expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { goPlugins } from "../fixture/go-plugins.ts";
import type { Host } from "../fixture/host.ts";
import { attachOutside } from "../fixture/outside.ts";
import { anyVariant } from "../fixture/variants.ts";
import { describeEngines } from "../runtime/engines.ts";
import { test } from "./lxc.ts";
import { emptyNetwork, hookLines } from "./ways.ts";

const ranges = [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]];
const network = { ...recipe, cniVersion: "1.0.0", ipam: { type: "host-local", ranges } };
const mac = "02:00:00:00:ab:09";
const wish = `simplenet,ip=10.10.7.7,ip=fd00:10:10::7,mac=${mac}`;

describeEngines("a container of LXC that asks for an address and a MAC", (variant) => {
  const command = `${variant.directory}/lxc-cni hook`;
  const created = { env: variant.environment };

  test("has them after stops, starts and reboots, and is reached by them", async ({ host, lxc }) => {
    await writeNetwork(host, network);
    const lines = [...emptyNetwork, ...hookLines(`${command} ${wish}`)];
    const c1 = await lxc.create("c1", lines, created);
    const other = await lxc.create("c2", [...emptyNetwork, ...hookLines(`${command} simplenet`)], created);
    const outside = await attachOutside(host);
    await c1.start();
    await other.start();
    const expectWish = async () => {
      expect(await c1.addresses()).toEqual(["10.10.7.7/16"]);
      expect(await c1.addresses(6)).toEqual(["fd00:10:10::7/64"]);
      expect(await c1.mac("eth0")).toBe(mac);
      await c1.run(["ping", "-c", "1", "-W", "2", outside.address]);
      await other.run(["ping", "-c", "1", "-W", "2", "10.10.7.7"]);
    };
    await expectWish();
    await c1.reboot();
    await expectWish();
    await c1.stop();
    await c1.start();
    await expectWish();
  });

  test("is not started when somebody else has the address", async ({ host, lxc }) => {
    await writeNetwork(host, network);
    const lines = (words: string) => [...emptyNetwork, ...hookLines(`${command} ${words}`)];
    const c1 = await lxc.create("c1", lines("simplenet,ip=10.10.7.7"), created);
    const c2 = await lxc.create("c2", lines("simplenet,ip=10.10.7.7/16"), created);
    await c1.start();
    expect((await c2.attemptStart()).status).not.toBe(0);
    await c1.stop();
    await c2.start();
    expect(await c2.addresses()).toEqual(["10.10.7.7/16"]);
  });
});

describeEngines("a container of LXC that asks for no MAC", (variant) => {
  const command = `${variant.directory}/lxc-cni hook`;
  const created = { env: variant.environment };

  test("has the same one at each start, another one than its neighbour", async ({ host, lxc }) => {
    await writeNetwork(host, network);
    const lines = [...emptyNetwork, ...hookLines(`${command} simplenet simplenet`)];
    const c1 = await lxc.create("c1", lines, created);
    const c2 = await lxc.create("c2", lines, created);
    await c1.start();
    await c2.start();
    const macs = [await c1.mac("eth0"), await c1.mac("eth1"), await c2.mac("eth0"), await c2.mac("eth1")];
    expect(new Set(macs).size).toBe(4);
    // Locally administered, of one station.
    for (const each of macs) expect(each).toMatch(/^.[26ae]:/);
    await c1.reboot();
    expect(await c1.mac("eth0")).toBe(macs[0]);
    await c1.killMonitor();
    await c1.start();
    expect([await c1.mac("eth0"), await c1.mac("eth1")]).toEqual(macs.slice(0, 2));
  });

  test("has that of its network's configuration", async ({ host, lxc }) => {
    await writeNetwork(host, { ...network, args: { cni: { mac } } });
    const c1 = await lxc.create("c1", [...emptyNetwork, ...hookLines(`${command} simplenet`)], created);
    await c1.start();
    expect(await c1.mac("eth0")).toBe(mac);
  });
});

describe("plugins from elsewhere", () => {
  test("are told addresses and MAC, too", async ({ host, lxc, skip }) => {
    const variant = anyVariant() ?? skip("nothing has been built (npm run build says why)");
    const go = await goPlugins("1.9.1");
    if (go.missing !== undefined) skip(go.missing);
    // By other names, since the plugins beside lxc-cni come first.
    await host.run(["mkdir", "/mnt/go"]);
    for (const name of ["bridge", "host-local", "tuning"]) {
      await host.run(["ln", "-s", `${go.directory}/${name}`, `/mnt/go/go-${name}`]);
    }
    const main = { ...network, type: "go-bridge", ipam: { type: "go-host-local", ranges } };
    const tuning = {
      type: "go-tuning",
      capabilities: { mac: true },
      sysctl: { "net.core.somaxconn": "500" },
    };
    const list = { cniVersion: "1.0.0", name: "simplenet", plugins: [main, tuning] };
    await host.write("/etc/lxc-cni/net.d/10-simplenet.conflist", JSON.stringify(list));
    const command = `${variant.directory}/lxc-cni hook --cni-path /mnt/go`;
    const lines = (words: string) => [...emptyNetwork, ...hookLines(`${command} ${words}`)];
    const created = { env: variant.environment };
    const c1 = await lxc.create("c1", lines(wish), created);
    await c1.start();
    expect(await c1.addresses()).toEqual(["10.10.7.7/16"]);
    expect(await c1.addresses(6)).toEqual(["fd00:10:10::7/64"]);
    expect(await c1.mac("eth0")).toBe(mac);
    const c2 = await lxc.create("c2", lines("simplenet"), created);
    await c2.start();
    const usual = await c2.mac("eth0");
    await c2.stop();
    await c2.start();
    expect(await c2.mac("eth0")).toBe(usual);
  });
});

async function writeNetwork(host: Host, content: object): Promise<void> {
  await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(content));
}
