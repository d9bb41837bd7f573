import { expect } from "vitest";
import { succeeded } from "../fixture/answer.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { attach } from "./attached.ts";

const gateway = "169.254.1.1";
const routes = [
  { dst: "0.0.0.0/0" },
  { dst: "192.0.2.0/24", mtu: 1400, advmss: 1300, priority: 50, table: 100 },
  { dst: "192.0.2.0/24", scope: 0 },
  { dst: "203.0.113.0/24", gw: gateway },
  { dst: "2001:db8::/32", gw: "fd00:9::9", mtu: 1400, priority: 7 },
];
const configuration = {
  ...{ cniVersion: "1.1.0", name: "net", type: "bridge", bridge: "br0", isDefaultGateway: true },
  ipam: { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00::/64" }]], routes },
};

describeVariants("routes", (variant) => {
  test("are made with all that they have, and lead where they should", async ({ host }) => {
    const c1 = await host.container("c1");
    const attached = await attach(host, variant, configuration, c1);
    // A default route without a gateway is the one that isDefaultGateway promises, not one beside it.
    expect(attached.result.routes).toEqual([...routes, { dst: "::/0", gw: "fd00::1" }]);
    const listed = async (...words: string[]) =>
      JSON.parse(await c1.run(["ip", "-json", ...words, "route", "show", "table", "all"])).filter(
        ({ dev, dst, type }: Listed) => dev === "eth0" && type === undefined && isOurs(dst),
      );
    const ipv4 = (await listed("-4")).map(essence);
    expect(ipv4).toHaveLength(4);
    expect(ipv4).toEqual(
      expect.arrayContaining([
        { dst: "default", gateway: "10.10.0.1" },
        {
          ...{ dst: "192.0.2.0/24", gateway: "10.10.0.1", table: "100", metric: 50 },
          metrics: [{ mtu: 1400, advmss: 1300 }],
        },
        { dst: "192.0.2.0/24", gateway: "10.10.0.1" },
        { dst: "203.0.113.0/24", gateway, flags: ["onlink"] },
      ]),
    );
    expect((await listed("-6")).map(essence)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ dst: "default", gateway: "fd00::1" }),
        expect.objectContaining({
          ...{ dst: "2001:db8::/32", gateway: "fd00:9::9", metric: 7, flags: ["onlink"] },
          metrics: [{ mtu: 1400 }],
        }),
      ]),
    );
    succeeded(await attached.check());
    // The gateway that is not near any address of the container is reached all the same.
    await host.run(["ip", "address", "add", `${gateway}/32`, "dev", "br0"]);
    await host.run(["ip", "address", "add", "203.0.113.7/32", "dev", "lo"]);
    await c1.run(["ping", "-c1", "-W2", "203.0.113.7"]);
  });
});

interface Listed {
  readonly type?: string;
  readonly dst: string;
  readonly dev: string;
  readonly gateway?: string;
  readonly table?: string;
  readonly metric?: number;
  readonly flags: readonly string[];
  readonly metrics?: unknown;
}

/** Those that were asked for; the kernel adds some of its own. */
function isOurs(dst: string): boolean {
  return dst === "default" || /^(192\.0\.2|203\.0\.113|2001:db8:)/.test(dst);
}

function essence({ dst, gateway, table, metric, flags, metrics }: Listed) {
  return {
    ...{ dst, gateway, metrics },
    ...(table === undefined ? {} : { table }),
    ...(metric === undefined ? {} : { metric }),
    ...(flags.length === 0 ? {} : { flags }),
  };
}
