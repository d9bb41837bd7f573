import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

/** Kinds of configurations, beside their names, bridges and ranges. */
const kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gateway: { isGateway: true, ipMasq: true, hairpinMode: true },
  "default gateway": { isDefaultGateway: true, ipMasq: true, portIsolation: true },
  "both families": { isDefaultGateway: true, ipMasq: true, families: 2 },
  "one family hidden": { isDefaultGateway: true, ipMasq: { v4: false }, families: 2 },
  "three ranges of a family": { isGateway: true, families: 4 },
  nftables: { isDefaultGateway: true, ipMasq: true, ipMasqBackend: "nftables", families: 2 },
  "rules of the network": {
    isGateway: true,
    ipMasq: true,
    ipMasqScope: "network",
    forward: "accept",
    families: 2,
  },
  "rules of the network in nftables": {
    ...{ isGateway: true, ipMasq: true, ipMasqScope: "network", ipMasqBackend: "nftables", families: 2 },
  },
  "guard of the MAC": { isGateway: true, macspoofchk: true },
  "guard of addresses": { isGateway: true, ipSpoofCheck: true, families: 2 },
  "promiscuous, with an MTU": { promiscMode: true, mtu: 1400 },
  "MTU of the default route": { mtu: "auto" },
  routes: {
    isGateway: true,
    routes: [
      { dst: "192.0.2.0/24", table: 100 },
      { dst: "198.51.100.128/25", gw: "169.254.1.1" },
      { dst: "203.0.113.0/24", mtu: 1300, advmss: 1200, priority: 5, scope: 0 },
    ],
  },
  "no addresses": { families: 0 },
  "no addresses, and down": { families: 0, disableContainerInterface: true },
};

function configurationOf(kind: string, index: number) {
  const { families = 1, routes, ...keys } = kinds[kind] ?? {};
  const subnets = [`10.${index}.0.0/16`, ...[1, 2, 3].map((range) => `fd00:${index}:${range}::/64`)];
  const ranges = subnets.slice(0, Number(families)).map((subnet) => [{ subnet }]);
  const ipam = ranges.length === 0 ? {} : { type: "host-local", ranges, routes };
  const cniVersion = ["0.4.0", "1.0.0", "1.1.0"][index % 3];
  return { cniVersion, name: `net${index}`, type: "bridge", bridge: `br${index}`, ...keys, ipam };
}

describeVariants("CHECK", (variant) => {
  test("succeeds after ADD, whatever was asked for", async ({ host }) => {
    await attachOutside(host);
    const checks = Object.keys(kinds).map(async (kind, index) => {
      const container = await host.container(`c${index}`);
      const attached = await attach(host, variant, configurationOf(kind, index), container);
      const { status, output } = await attached.check();
      return status === 0 && output === "" ? [] : [`${kind}: ${output}`];
    });
    expect((await Promise.all(checks)).flat()).toEqual([]);
  });

  test("does not mind what plugins behind it in the chain have added", async ({ host }) => {
    const c1 = await host.container("c1");
    const configuration = { ...configurationOf("default gateway", 1), macspoofchk: true };
    const { result } = await attach(host, variant, configuration, c1);
    await c1.run(["ip", "link", "add", "lan1", "type", "bridge"]);
    await c1.run(["ip", "address", "add", "10.99.0.2/16", "dev", "lan1"]);
    const prevResult = {
      ...result,
      interfaces: [...result.interfaces, { name: "lan1", sandbox: c1.netns }],
      ips: [...result.ips, { interface: 3, address: "10.99.0.2/16", gateway: "10.99.0.1" }],
    };
    succeeded(await networkOn(host, variant, { ...configuration, prevResult }).call("CHECK", c1));
  });

  test("finds rules in nftables wherever they are, and none where the record has those of others", async ({
    host,
  }) => {
    const configuration = { ...configurationOf("nftables", 1), cniVersion: "1.1.0" };
    const attach1 = await attach(host, variant, configuration, await host.container("c1"));
    const attach2 = await attach(host, variant, configuration, await host.container("c2"));
    const checks = ["inet", "cni_plugins_masquerade", "masq_checks"];
    const handlesOf = async (id: string) => {
      const listed = (await host.run(["nft", "-a", "list", "chain", ...checks])).split("\n");
      const own = listed.filter((line) => line.includes(`id: ${id}"`));
      return own.map((line) => Number(/# handle (\d+)$/.exec(line)?.[1]));
    };
    const record = (attached: { port: string }, handles: readonly number[]) => {
      const file = `/run/lxc-cni/attachments/${attached.port}`;
      return host.write(file, JSON.stringify({ mac: "02:00:00:00:00:01", rules: ["nftables"], handles }));
    };
    const [own, others] = [await handlesOf("c1"), await handlesOf("c2")];
    for (const handles of [own, others, [...others, ...own], [1, 99_999], []]) {
      await record(attach1, handles);
      succeeded(await attach1.check());
    }
    await host.run(["rm", `/run/lxc-cni/attachments/${attach1.port}`]);
    succeeded(await attach1.check());
    await record(attach2, own);
    succeeded(await attach2.check());
    const [first] = own;
    await host.run(["nft", "delete", "rule", ...checks, "handle", String(first)]);
    for (const handles of [own, others, [...others, ...own]]) {
      await record(attach1, handles);
      expect(refusalOf(await attach1.check())).toMatchObject({
        code: 103,
        msg: expect.stringMatching(/the rule for 10\.1\.0\.2 in chain masq_checks/),
      });
    }
  });

  test("needs what ADD answered, and a namespace that is the container's", async ({ host }) => {
    const c1 = await host.container("c1");
    const configuration = configurationOf("gateway", 1);
    const attached = await attach(host, variant, configuration, c1);
    const check = (config: typeof configuration, netns = c1.netns) =>
      networkOn(host, variant, config).call("CHECK", c1, { netns });
    expect(refusalOf(await check(configuration))).toMatchObject({
      code: 7,
      msg: "Required prevResult missing",
    });
    const remembering = { ...configuration, prevResult: attached.result };
    succeeded(await check(remembering));
    expect(refusalOf(await check(remembering, "/run/netns/nobody"))).toMatchObject({ code: 8 });
    expect(refusalOf(await check(remembering, "/proc/1/ns/net"))).toMatchObject({ code: 8 });
    const other = await host.container("other");
    expect(refusalOf(await check(remembering, other.netns))).toMatchObject({ code: 103 });
    expect(refusalOf(await check({ ...remembering, cniVersion: "0.3.1" }))).toMatchObject({ code: 1 });
  });
});
