import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { hide } from "../fixture/hide.ts";
import { type IptablesKind, missingIptables, useIptables } from "../fixture/iptables-kind.ts";
import { networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attemptLxcCni, readConfiguration, subnetsOn } from "./on-host.ts";

describeVariants("network create", (variant) => {
  test("writes what the plugins take, and prints the next command", async ({ host }) => {
    const { status, output, errors } = await attemptLxcCni(host, variant, "network", "create", "simplenet");
    expect({ status, errors }).toEqual({ status: 0, errors: "" });
    const [subnet = ""] = await subnetsOn(host, "simplenet");
    expect(subnet).toMatch(/^10\.\d+\.\d+\.0\/24$/);
    expect(output).toContain("/etc/lxc-cni/net.d/simplenet.conflist");
    expect(output).toContain(subnet);
    expect(output).toContain("lxc-cni enable CONTAINER simplenet");
    const configuration = await readConfiguration(host, "simplenet");
    expect(configuration).toEqual({
      cniVersion: "1.1.0",
      name: "simplenet",
      plugins: [
        {
          type: "bridge",
          bridge: "cni-simplenet",
          isGateway: true,
          isDefaultGateway: true,
          ipMasq: true,
          ipMasqScope: "network",
          ipam: {
            type: "host-local",
            ranges: [[{ subnet, gateway: subnet.replace(".0/24", ".1") }]],
          },
        },
      ],
    });
    const mode = await host.run(["stat", "--format=%a %U", "/etc/lxc-cni/net.d/simplenet.conflist"]);
    expect(mode).toBe("644 root");
    const web = await host.container("web");
    const plugin = { ...configuration.plugins[0], cniVersion: "1.1.0", name: "simplenet" };
    succeeded(await networkOn(host, variant, plugin).add(web));
    await web.run(["ping", "-c", "1", "-W", "2", subnet.replace(".0/24", ".1")]);
  });

  test("chooses what no route, link or other network has, and the same for a name otherwise", async ({
    host,
  }) => {
    const create = async (name: string, ...words: string[]) => {
      const outcome = await attemptLxcCni(host, variant, "network", "create", name, ...words);
      expect(outcome).toMatchObject({ status: 0 });
      return subnetsOn(host, name);
    };
    const remove = (name: string) => host.run(["rm", `/etc/lxc-cni/net.d/${name}.conflist`]);
    const [first = ""] = await create("a");
    await remove("a");
    expect(await create("a")).toEqual([first]);
    await remove("a");
    // A link that is down has no route; a route of another table; a network that another runtime has.
    const next = (subnet: string) => {
      const [, x = "", y = ""] = /^10\.(\d+)\.(\d+)\./.exec(subnet) ?? [];
      const number = Number(x) * 256 + Number(y) + 1;
      return `10.${number >> 8}.${number & 255}.0/24`;
    };
    await host.run(["ip", "link", "add", "idle", "type", "bridge"]);
    await host.run(["ip", "address", "add", first.replace(".0/24", ".77/32"), "dev", "idle"]);
    expect(await create("a")).toEqual([next(first)]);
    await remove("a");
    const second = next(first);
    await host.run(["ip", "link", "set", "idle", "up"]);
    await host.run(["ip", "route", "add", second, "dev", "idle", "table", "77"]);
    const third = next(second);
    const other = {
      cniVersion: "1.0.0",
      name: "other",
      plugins: [{ type: "bridge", ipam: { type: "host-local", subnet: third } }],
    };
    await host.write("/etc/cni/net.d/10-other.conflist", JSON.stringify(other));
    expect(await create("a")).toEqual([next(third)]);
    // A route for all of 10/8, as of a VPN, leaves the other private ones.
    await host.run(["ip", "route", "add", "10.0.0.0/8", "dev", "idle"]);
    expect((await create("b"))[0]).toMatch(/^172\.(1[6-9]|2\d|3[01])\.\d+\.0\/24$/);
    await host.run(["ip", "route", "add", "172.16.0.0/12", "dev", "idle"]);
    expect((await create("c"))[0]).toMatch(/^192\.168\.\d+\.0\/24$/);
    await host.run(["ip", "route", "add", "192.168.0.0/16", "dev", "idle"]);
    const full = await attemptLxcCni(host, variant, "network", "create", "d");
    expect(full).toMatchObject({ status: 1, errors: expect.stringContaining("--subnet CIDR") });
    expect((await create("d", "--subnet", "100.64.1.0/24"))[0]).toBe("100.64.1.0/24");
  });

  test("with --ipv6 has a unique local /64 besides", async ({ host }) => {
    expect(await attemptLxcCni(host, variant, "network", "create", "--ipv6", "a")).toMatchObject({
      status: 0,
    });
    expect(await attemptLxcCni(host, variant, "network", "create", "--ipv6", "b")).toMatchObject({
      status: 0,
    });
    const [a, b] = [await subnetsOn(host, "a"), await subnetsOn(host, "b")];
    for (const [, subnet] of [a, b]) expect(subnet).toMatch(/^fd[0-9a-f]{2}:[0-9a-f:]+::\/64$/);
    expect(a[1]).not.toBe(b[1]);
  });

  test("takes what it is told", async ({ host }) => {
    const words = ["--subnet", "10.20.0.0/16", "--gateway", "10.20.255.254", "--subnet", "fd00:20::/64"];
    const more = [
      "--mtu=1400",
      "--vlan",
      "7",
      "--dns",
      "10.20.0.53",
      "--no-masq",
      "--no-default-route",
      "--isolate",
      "--bridge=br7",
    ];
    const outcome = await attemptLxcCni(host, variant, "network", "create", ...words, "lan", ...more);
    const filtering = ["ip", "link", "add", "br8", "type", "bridge", "vlan_filtering", "1"];
    const hasVlans = (await host.attempt(filtering)).status === 0;
    const warning =
      "lxc-cni: the kernel does not have VLANs of bridges: networks with vlan cannot be had; " +
      "take a kernel with CONFIG_BRIDGE_VLAN_FILTERING\n";
    expect(outcome).toMatchObject({ status: 0, errors: hasVlans ? "" : warning });
    const { plugins } = await readConfiguration(host, "lan");
    expect(plugins[0]).toMatchObject({ isGateway: true });
    expect(plugins[0]).not.toHaveProperty("isDefaultGateway");
    expect(plugins[0]).toMatchObject({
      bridge: "br7",
      mtu: 1400,
      vlan: 7,
      portIsolation: true,
      dns: { nameservers: ["10.20.0.53"] },
      ipam: {
        ranges: [
          [{ subnet: "10.20.0.0/16", gateway: "10.20.255.254" }],
          [{ subnet: "fd00:20::/64", gateway: "fd00:20::1" }],
        ],
      },
    });
    expect(plugins[0]).not.toHaveProperty("ipMasq");
  });

  test("refuses what is there, or is in the way, and writes nothing then", async ({ host }) => {
    await attachOutside(host);
    await host.run(["ip", "link", "add", "br0", "type", "bridge"]);
    await host.run(["ip", "address", "add", "192.168.7.5/24", "dev", "br0"]);
    const create = (...words: string[]) => attemptLxcCni(host, variant, "network", "create", ...words);
    expect(await create("a")).toMatchObject({ status: 0 });
    const refusals: [words: string[], status: number, reason: RegExp][] = [
      [["a"], 1, /there is a network a already.*network show a/],
      [["../x"], 1, /invalid characters found in network name/],
      [["b", "--subnet", "198.51.100.128/25"], 1, /in use.*wan0/],
      [["b", "--subnet", "10.1.2.0/24", "--gateway", "10.1.3.1"], 1, /gateway 10.1.3.1 is in no subnet/],
      [["b", "--bridge", "wan0"], 1, /wan0 is no bridge/],
      [["b", "--bridge", "cni-a"], 1, /bridge cni-a is that of network a/],
      [["b", "--bridge", "br0"], 1, /--subnet 192.168.7.0\/24 --gateway 192.168.7.5/],
      [["b", "--subnet", "10.1.2.3/24"], 2, /10.1.2.0\/24/],
      [["b", "--subnet", "10.1.2.0/31"], 2, /room/],
      [["b", "--subnet", "10.1.2.0/24", "--subnet", "10.1.3.0/24"], 2, /once for IPv4/],
      [["b", "--mtu", "many"], 2, /--mtu many/],
      [["b", "--vlan", "4095"], 2, /1 to 4094/],
      [["b", "--bridge", "a bridge"], 2, /whitespace/],
      [["b", "--dns", "example.org"], 2, /--dns example.org/],
      [[], 2, /network create needs NETWORK/],
    ];
    for (const [words, status, reason] of refusals) {
      const outcome = await create(...words);
      expect(outcome.status, words.join(" ")).toBe(status);
      expect(outcome.errors, words.join(" ")).toMatch(reason);
    }
    expect(await host.run(["ls", "/etc/lxc-cni/net.d"])).toBe("a.conflist");
    const lan = await create(
      "b",
      "--bridge",
      "br0",
      "--subnet",
      "192.168.7.0/24",
      "--gateway",
      "192.168.7.5",
    );
    expect(lan).toMatchObject({ status: 0, errors: "" });
  });

  test("says at once where containers could not be attached, and leaves the network for when they can", async ({
    host,
  }) => {
    const shows = [await hide(host, "iptables"), await hide(host, "nft")];
    const failed = await attemptLxcCni(host, variant, "network", "create", "a");
    expect(failed).toMatchObject({ status: 1, errors: expect.stringContaining("iptables is not installed") });
    for (const show of shows) await show();
    expect(await subnetsOn(host, "a")).toHaveLength(1);
  });

  test("gives twelve that are made at once twelve subnets and bridges", async ({ host }) => {
    const names = Array.from({ length: 12 }, (_, number) => `a-network-with-a-long-name-${number}`);
    const outcomes = await Promise.all(
      names.map((name) => attemptLxcCni(host, variant, "network", "create", name, "--ipv6")),
    );
    expect(outcomes.map(({ status, errors }) => ({ status, errors }))).toEqual(
      names.map(() => ({ status: 0, errors: "" })),
    );
    const configurations = await Promise.all(names.map((name) => readConfiguration(host, name)));
    const bridges = configurations.map(({ plugins }) => plugins[0].bridge);
    expect(new Set(bridges).size).toBe(12);
    expect(Math.max(...bridges.map((bridge) => bridge.length))).toBeLessThanOrEqual(15);
  });

  test("gives names that stand for one subnet two of them, also at once", async ({ host }) => {
    // All of 10/8 but one /24 is in use, so that both would choose that one.
    await host.run(["ip", "link", "add", "idle", "type", "bridge"]);
    await host.run(["ip", "link", "set", "idle", "up"]);
    for (const route of ["10.128.0.0/9", "10.64.0.0/10", "10.32.0.0/11", "10.16.0.0/12", "10.8.0.0/13"]) {
      await host.run(["ip", "route", "add", route, "dev", "idle"]);
    }
    for (const route of ["10.4.0.0/14", "10.2.0.0/15", "10.1.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]) {
      await host.run(["ip", "route", "add", route, "dev", "idle"]);
    }
    for (let bit = 0; bit < 7; bit++) {
      await host.run(["ip", "route", "add", `10.0.${2 << bit}.0/${23 - bit}`, "dev", "idle"]);
    }
    const create = (name: string) => attemptLxcCni(host, variant, "network", "create", name);
    const outcomes = await Promise.all(["a", "b", "c", "d"].map(create));
    expect(outcomes.map(({ status }) => status).sort()).toEqual([0, 0, 1, 1]);
    const made = await host.run(["sh", "-c", "grep -ho '10\\.0\\.[01]\\.0/24' /etc/lxc-cni/net.d/*"]);
    expect(made.split("\n").sort()).toEqual(["10.0.0.0/24", "10.0.1.0/24"]);
  });

  for (const kind of ["nft", "legacy"] as IptablesKind[]) {
    test(`has packets pass a FORWARD policy that drops, as Docker's by iptables-${kind}`, async ({
      host,
      skip,
    }) => {
      const reason = await missingIptables(host, kind);
      if (reason !== undefined) skip(reason);
      await useIptables(host, kind);
      const outside = await attachOutside(host);
      await host.run(["iptables", "-P", "FORWARD", "DROP"]);
      await host.run(["iptables", "-N", "DOCKER-USER"]);
      await host.run(["iptables", "-A", "FORWARD", "-j", "DOCKER-USER"]);
      const { status, output, errors } = await attemptLxcCni(host, variant, "network", "create", "simplenet");
      expect({ status, errors }).toEqual({ status: 0, errors: "" });
      expect(output).toContain("packets pass the host's firewall");
      const { plugins } = await readConfiguration(host, "simplenet");
      expect(plugins[0]).toMatchObject({ forward: "accept" });
      const web = await host.container("web");
      succeeded(
        await networkOn(host, variant, { ...plugins[0], cniVersion: "1.1.0", name: "simplenet" }).add(web),
      );
      await web.run(["ping", "-c", "1", "-W", "2", outside.address]);
      expect(await outside.sources()).toEqual([outside.hostAddress]);
    });
  }

  test("warns of a chain of nftables that drops: no rule of iptables can stand in front of it", async ({
    host,
  }) => {
    await host.run(["nft", "add table inet mine"]);
    await host.run([
      "nft",
      "add chain inet mine forward { type filter hook forward priority 0; policy drop; }",
    ]);
    const { status, errors } = await attemptLxcCni(host, variant, "network", "create", "simplenet");
    expect(status).toBe(0);
    expect(errors).toMatch(/packets of cni-simplenet are dropped by chain forward of table inet mine/);
    const { plugins } = await readConfiguration(host, "simplenet");
    expect(plugins[0]).not.toHaveProperty("forward");
  });
});
