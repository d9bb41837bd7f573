import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";

describeVariants("bridge", (variant) => {
  test("refuses a network without addresses in versions that cannot say that", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    for (const cniVersion of [undefined, "0.1.0", "0.2.0"]) {
      const net = networkOn(host, variant, { cniVersion, name: "net", type: "bridge", bridge: "br7" });
      const refusal = { code: 7, msg: "cannot convert: no valid IP addresses" };
      expect(refusalOf(await net.add(c1)), cniVersion).toMatchObject(refusal);
    }
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect((await host.attempt(["ip", "link", "show", "br7"])).status).not.toBe(0);
  });

  test("joins to a network without addresses", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const net = networkOn(host, variant, { cniVersion: "1.0.0", name: "net", type: "bridge", bridge: "br7" });
    const result = resultOf(await net.add(c1));
    expect(result.interfaces.map(({ name }) => name)).toEqual([
      "br7",
      expect.stringMatching(/^veth/),
      "eth0",
    ]);
    expect(result).not.toHaveProperty("ips");
    expect(await c1.run(["ip", "-json", "link", "show", "eth0"])).toContain('"UP"');
    succeeded(await net.del(c1));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });

  test("has a name with % in it refused, of which the kernel would make another one", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const net = networkOn(host, variant, { ...recipe, bridge: "br%d" });
    expect(refusalOf(await net.add(c1))).toMatchObject({ code: 7 });
    expect(refusalOf(await networkOn(host, variant, recipe).add(c1, { ifname: "eth%d" }))).toMatchObject({
      code: 4,
    });
    expect(difference(before, await snapshot(host))).toEqual([]);
    expect(await host.run(["ls", "/sys/class/net"])).not.toContain("br0");
  });

  test("replaces an address that is in the way, for ten containers at once", async ({ host }) => {
    const containers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => host.container(`c${index}`)),
    );
    await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
    await host.run(["ip", "address", "add", "10.9.0.1/16", "dev", "cnibr0"]);
    const net = networkOn(host, variant, { ...recipe, forceAddress: true });
    const answers = await Promise.all(containers.map((container) => net.add(container)));
    for (const answer of answers) succeeded(answer);
    const [{ addr_info }] = JSON.parse(
      await host.run(["ip", "-json", "-4", "address", "show", "dev", "cnibr0"]),
    );
    expect(addr_info).toMatchObject([{ local: "10.10.0.1", prefixlen: 16 }]);
  });
});
