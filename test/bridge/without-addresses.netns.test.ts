import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

const configuration = {
  cniVersion: "1.0.0",
  name: "net",
  type: "bridge",
  bridge: "br0",
  isGateway: true,
  ipMasq: true,
};

describeVariants("a network without addresses", (variant) => {
  test("connects containers, and leaves nothing", async ({ host }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    const before = await snapshot(host);
    for (const ipam of [undefined, { type: "" }]) {
      const config = { ...configuration, ipam };
      const first = await attach(host, variant, config, c1);
      const second = await attach(host, variant, config, c2);
      expect(first.result).toEqual({
        cniVersion: "1.0.0",
        interfaces: [
          { name: "br0", mac: expect.any(String) },
          { name: first.port, mac: expect.any(String) },
          { name: "eth0", mac: expect.any(String), sandbox: c1.netns },
        ],
      });
      await c1.run(["ip", "address", "add", "192.0.2.1/24", "dev", "eth0"]);
      await c2.run(["ip", "address", "add", "192.0.2.2/24", "dev", "eth0"]);
      await c1.run(["ping", "-c1", "-W2", "192.0.2.2"]);
      for (const attached of [first, second]) {
        succeeded(await attached.check());
        succeeded(await attached.del());
      }
      expect(difference(before, await snapshot(host))).toEqual([]);
    }
  });

  test("cannot answer in versions that know no result without addresses: nothing is made", async ({
    host,
  }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    for (const cniVersion of ["0.1.0", "0.2.0", undefined]) {
      const network = networkOn(host, variant, { ...configuration, cniVersion });
      const msg = "cannot convert: no valid IP addresses";
      expect(refusalOf(await network.add(c1))).toMatchObject({ msg: expect.stringContaining(msg) });
      expect(withoutLocks(await snapshot(host))).toEqual(withoutLocks(before));
      succeeded(await network.del(c1));
    }
  });

  test("can leave the container's link down", async ({ host }) => {
    const c1 = await host.container("c1");
    const before = await snapshot(host);
    const attached = await attach(host, variant, { ...configuration, disableContainerInterface: true }, c1);
    const [eth0] = JSON.parse(await c1.run(["ip", "-json", "address", "show", "eth0"]));
    expect(eth0.flags).not.toContain("UP");
    expect(eth0.addr_info).toEqual([]);
    succeeded(await attached.check());
    // Whoever wanted it down brings it up, in time.
    await c1.run(["ip", "link", "set", "eth0", "up"]);
    succeeded(await attached.check());
    succeeded(await attached.del());
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});

function withoutLocks(facts: Snapshot): Snapshot {
  return facts.filter(({ subject }) => !subject.startsWith("/run/lxc-cni/"));
}
