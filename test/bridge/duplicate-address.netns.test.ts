import { expect } from "vitest";
import { refusalOf, resultOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";

const configuration = {
  ...{ cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0", enabledad: true },
  // What is made before the kernel finds out.
  ...{ ipMasq: true, ipMasqScope: "network", macspoofchk: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00::/64" }]] },
};

describeVariants("an ADD that asks whether somebody has the container's addresses", (variant) => {
  test("fails where somebody has, and leaves nothing; else they are usable once it ends", async ({
    host,
  }) => {
    const [c1, c2] = [await host.container("c1"), await host.container("c2")];
    await host.run(["ip", "link", "add", "br0", "type", "bridge"]);
    await host.run(["ip", "link", "set", "br0", "up"]);
    await host.run(["ip", "address", "add", "fd00::66/64", "dev", "br0", "nodad"]);
    const before = await snapshot(host);
    const asking = (address: string) =>
      networkOn(host, variant, { ...configuration, args: { cni: { ips: [address] } } });
    // At once, since it takes the kernel one or two seconds to find out.
    const [taken, free] = await Promise.all([asking("fd00::66").add(c1), asking("fd00::77").add(c2)]);
    expect(refusalOf(taken)).toMatchObject({
      code: 100,
      msg: expect.stringMatching(/somebody else on the bridge has fd00::66\/64 \(its state is DADFAILED\)/),
    });
    expect(resultOf(free).ips).toMatchObject([{}, { address: "fd00::77/64" }]);
    const inC2 = await c2.run(["ip", "-6", "address", "show", "dev", "eth0", "scope", "global"]);
    expect(inC2).not.toMatch(/tentative|dadfailed/);
    expect((await c1.attempt(["ip", "link", "show", "eth0"])).status).toBe(1);

    const remembering = { ...configuration, prevResult: free.json };
    succeeded(await networkOn(host, variant, remembering).call("CHECK", c2));
    succeeded(await networkOn(host, variant, remembering).del(c2));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
