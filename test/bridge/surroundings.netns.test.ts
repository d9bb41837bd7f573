import { expect } from "vitest";
import { refusalOf, succeeded } from "../fixture/answer.ts";
import { networkOn } from "../fixture/network.ts";
import { networkCases } from "../fixture/networks.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";

const { configuration } = networkCases.iptables;

describeVariants("a caller that may not enter namespaces", (variant) => {
  const by = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin"];

  test("is told so by ADD, and DEL has nothing to do", async ({ host }) => {
    const c1 = await host.container("c1");
    const network = networkOn(host, variant, configuration);
    const before = await snapshot(host);
    const refusal = refusalOf(await network.add(c1, { by }));
    expect(refusal.code).toBeLessThan(999);
    if (variant.name === "bin, netlink") {
      expect(refusal).toMatchObject({ code: 8, details: expect.stringContaining("CAP_SYS_ADMIN") });
    }
    succeeded(await network.del(c1, { by }));
    expect(difference(before, await snapshot(host))).toEqual([]);
  });
});
