import { expect } from "vitest";
import { refusalOf, resultOf } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type Configuration, networkOn } from "../fixture/network.ts";
import { attachOutside } from "../fixture/outside.ts";
import { test } from "../fixture/test.ts";
import { describeVariants, type Variant } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

const configuration = { ...recipe, cniVersion: "1.1.0" };

describeVariants("an MTU", (variant) => {
  test("is that of the bridge that is made and of both ends, and in results from 1.1.0 on", async ({
    host,
  }) => {
    const none = [undefined, undefined, undefined];
    for (const [cniVersion, result] of [
      ["0.3.1", none],
      ["1.0.0", none],
      ["1.1.0", [1400, 1400, 1400]],
    ] as const) {
      const container = await host.container(`of-${cniVersion}`);
      const made = await mtusOf(host, variant, { ...configuration, cniVersion, mtu: 1400 }, container);
      expect(made).toEqual({ links: [1400, 1400, 1400], result });
    }
    const quiet = { ...configuration, name: "quiet", bridge: "br0" };
    const made = await mtusOf(host, variant, quiet, await host.container("c1"));
    expect(made).toEqual({ links: [1500, 1500, 1500], result: [1500, 1500, 1500] });
  });

  test("that is too small for IPv6 is named by the error", async ({ host }) => {
    const ipam = { type: "host-local", subnet: "fd00:10::/64" };
    const refusal = refusalOf(
      await networkOn(host, variant, { ...configuration, mtu: 1279, ipam }).add(await host.container("c1")),
    );
    expect(refusal.code).toBe(100);
    expect(refusal.msg).toMatch(/fd00:10::1\/64 .* its MTU is 1279, and IPv6 needs 1280$/);
  });

  test("`auto` is that of the host's default route, else of the link that it leads to", async ({ host }) => {
    const auto = (name: string) => ({
      ...configuration,
      name,
      bridge: name,
      mtu: "auto",
      isDefaultGateway: false,
    });
    const add = async (name: string) =>
      (await mtusOf(host, variant, auto(name), await host.container(name))).links;
    // There is no default route yet.
    expect(await add("br0")).toEqual([1500, 1500, 1500]);
    const { address } = await attachOutside(host);
    await host.run(["ip", "link", "set", "wan0", "mtu", "1400"]);
    expect(await add("br1")).toEqual([1400, 1400, 1400]);
    await host.run(["ip", "route", "replace", "default", "via", address, "mtu", "1380"]);
    expect(await add("br2")).toEqual([1380, 1380, 1380]);
  });
});

interface WithMtu {
  readonly name: string;
  readonly mtu?: number;
}

/** The MTUs of the bridge, the port and the container's link, as they are and as the result has them. */
async function mtusOf(host: Host, variant: Variant, config: Configuration, container: Container) {
  const { interfaces } = resultOf(await networkOn(host, variant, config).add(container));
  const [bridge, port] = interfaces;
  const mtuOf = async (place: Pick<Host, "run">, name = "") =>
    JSON.parse(await place.run(["ip", "-json", "link", "show", name]))[0].mtu;
  return {
    links: [await mtuOf(host, bridge?.name), await mtuOf(host, port?.name), await mtuOf(container, "eth0")],
    result: interfaces.map((each: WithMtu) => each.mtu),
  };
}
