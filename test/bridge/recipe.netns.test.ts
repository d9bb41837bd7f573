import { createHash } from "node:crypto";
import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import { makeContainerOfProcess } from "../fixture/container.ts";
import { networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const ping = (address: string) => ["ping", "-c1", "-W2", address];

describeVariants("the recipe's ADD", (variant) => {
  test("gives the container an address and a default route", async ({ host }) => {
    const c1 = await host.container("c1");
    succeeded(await networkOn(host, variant, recipe).add(c1));
    const [eth0] = JSON.parse(await c1.run(["ip", "-json", "-4", "address", "show", "dev", "eth0"]));
    expect(eth0.flags).toContain("UP");
    expect(eth0.addr_info).toMatchObject([{ local: "10.10.0.2", prefixlen: 16 }]);
    const routes = JSON.parse(await c1.run(["ip", "-json", "route", "show", "default"]));
    expect(routes).toMatchObject([{ gateway: "10.10.0.1", dev: "eth0" }]);
  });

  test("makes a bridge that holds the gateway's address and keeps its MAC", async ({ host }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const before = JSON.parse(await host.run(["ip", "-json", "address", "show", "dev", "cnibr0"]));
    succeeded(await simplenet.add(c2));
    succeeded(await simplenet.del(c1));
    const after = JSON.parse(await host.run(["ip", "-json", "address", "show", "dev", "cnibr0"]));
    expect(before[0].addr_info).toContainEqual(
      expect.objectContaining({ local: "10.10.0.1", prefixlen: 16 }),
    );
    expect(after[0].address).toBe(before[0].address);
  });

  test("lets containers reach the gateway and each other at once", async ({ host }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.add(c2));
    await c1.run(ping("10.10.0.1"));
    await c1.run(ping("10.10.0.3"));
    await c2.run(ping("10.10.0.2"));
  });

  test("hides the container behind the host's address, but not from its neighbours", async ({ host }) => {
    const outside = await attachOutside(host);
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.add(c2));
    await c1.run(ping(outside.address));
    await c2.run(ping(outside.address));
    expect(await outside.sources()).toEqual([outside.hostAddress]);
    await c1.run(ping("10.10.0.3"));
    const rules = await host.run(["iptables-save", "--counters", "--table", "nat"]);
    expect(rules).toMatch(/\[[1-9]\d*:\d+\] -A CNI-[0-9a-f]{24} -d 10\.10\.0\.0\/16 .*-j ACCEPT/);
  });

  test("writes the rules of the Go plugins, byte for byte", async ({ host }) => {
    const c1 = await host.container("c1");
    succeeded(await networkOn(host, variant, recipe).add(c1));
    const chain = `CNI-${createHash("sha512").update("simplenetc1").digest("hex").slice(0, 24)}`;
    const comment = String.raw`-m comment --comment "name: \"simplenet\" id: \"c1\""`;
    const rules = (await host.run(["iptables", "-t", "nat", "-S"])).split("\n");
    expect(rules.filter((rule) => rule.startsWith("-A") && / -j /.test(rule))).toEqual([
      `-A POSTROUTING -s 10.10.0.2/32 ${comment} -j ${chain}`,
      `-A ${chain} -d 10.10.0.0/16 ${comment} -j ACCEPT`,
      `-A ${chain} ! -d 224.0.0.0/4 ${comment} -j MASQUERADE`,
    ]);
  });

  test("turns the hairpin on at the container's port", async ({ host }) => {
    const c1 = await host.container("c1");
    succeeded(await networkOn(host, variant, recipe).add(c1));
    const ports = JSON.parse(await host.run(["ip", "-json", "-details", "link", "show", "master", "cnibr0"]));
    expect(ports).toMatchObject([{ linkinfo: { info_kind: "veth", info_slave_data: { hairpin: true } } }]);
  });

  test("answers with a result of the configuration's version, printed as the Go plugins do", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const answer = await networkOn(host, variant, recipe).add(c1);
    const mac = expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    expect(resultOf(answer)).toStrictEqual({
      cniVersion: "0.3.1",
      interfaces: [
        { name: "cnibr0", mac },
        { name: expect.stringMatching(/^veth[0-9a-z]+$/), mac },
        { name: "eth0", mac, sandbox: "/run/netns/c1" },
      ],
      ips: [{ version: "4", interface: 2, address: "10.10.0.2/16", gateway: "10.10.0.1" }],
      routes: [{ dst: "0.0.0.0/0", gw: "10.10.0.1" }],
      dns: {},
    });
    expect(answer.output).toBe(JSON.stringify(answer.json, null, 4));
  });

  test("names the links and MACs in its result that are really there", async ({ host }) => {
    const c1 = await host.container("c1");
    const { interfaces } = resultOf(await networkOn(host, variant, recipe).add(c1));
    const links = ["ip", "-json", "link", "show"];
    const there = [...JSON.parse(await host.run(links)), ...JSON.parse(await c1.run(links))];
    for (const { name, mac } of interfaces) {
      expect(there).toContainEqual(expect.objectContaining({ ifname: name, address: mac }));
    }
  });

  test("names the MAC that a bridge made by hand has with its new port", async ({ host }) => {
    await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
    const simplenet = networkOn(host, variant, recipe);
    for (const id of ["c1", "c2", "c3"]) {
      const [bridge] = resultOf(await simplenet.add(await host.container(id))).interfaces;
      const [link] = JSON.parse(await host.run(["ip", "-json", "link", "show", "cnibr0"]));
      expect(bridge).toEqual({ name: "cnibr0", mac: link.address });
    }
  });

  test("leaves a lease as host-local writes it", async ({ host }) => {
    const c1 = await host.container("c1");
    succeeded(await networkOn(host, variant, recipe).add(c1));
    const leases = "/var/lib/cni/networks/simplenet";
    expect(await host.run(["ls", leases])).toBe("10.10.0.2\nlast_reserved_ip.0\nlock");
    expect(await host.run(["cat", `${leases}/10.10.0.2`])).toBe("c1\r\neth0");
    expect(await host.run(["cat", `${leases}/last_reserved_ip.0`])).toBe("10.10.0.2");
    expect(await host.run(["stat", "--format=%a", `${leases}/10.10.0.2`])).toBe("600");
  });
});

describeVariants("the recipe's DEL", (variant) => {
  test("leaves nothing that may not stay", async ({ host }) => {
    const before = await snapshot(host);
    const c1 = await makeContainerOfProcess(host, "c1");
    const withContainer = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const answer = await simplenet.del(c1);
    succeeded(answer);
    expect(answer.output).toBe("");
    expect(difference(withContainer, await snapshot(host))).toEqual([]);
    await c1.lose();
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves nothing when the namespace is not named", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.del(c1, { netns: "" }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves nothing when the container was lost", async ({ host }) => {
    const before = await snapshot(host);
    const c1 = await host.container("c1");
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    await c1.lose();
    succeeded(await simplenet.del(c1));
    // The kernel takes its time with a namespace that is dying, and with the port into it.
    await expect.poll(async () => difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves nothing when the container took its address away", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    await c1.run(["ip", "address", "flush", "dev", "eth0"]);
    succeeded(await simplenet.del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("succeeds three times, and for a container that never was", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.del(c1));
    succeeded(await simplenet.add(c1));
    succeeded(await simplenet.del(c1));
    succeeded(await simplenet.del(c1));
    succeeded(await simplenet.del(c1, { netns: "" }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("leaves the neighbours' network alone", async ({ host }) => {
    const outside = await attachOutside(host);
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const simplenet = networkOn(host, variant, recipe);
    succeeded(await simplenet.add(c1));
    const before = await snapshot(host);
    succeeded(await simplenet.add(c2));
    succeeded(await simplenet.del(c2));
    expect(difference(before, await snapshot(host))).toEqual([]);
    await c1.run(ping(outside.address));
  });
});
