import { describe, expect, test } from "vitest";
import type { Route } from "../../lib/cni/result.ts";
import { address, prefix } from "../net/values.ts";
import { bridgeWith, plan, steps } from "./planning.ts";
import { recipe } from "./recipe.ts";

const config = { ...recipe, hairpinMode: false };
const { isDefaultGateway: _, ...quiet } = config;

/** The steps on addresses of the bridge. */
function addressSteps(listed: readonly string[]): string[] {
  return listed.filter((step) => / address .* "cnibr0"$/.test(step));
}

describe("an address of the bridge that is in the way", () => {
  const other = bridgeWith("10.9.0.1/16");

  test("is a refusal in the reference's words", () => {
    expect(() => plan(config, { ips: ["10.10.0.2/16"], bridge: other })).toThrow(
      expect.objectContaining({
        code: 7,
        message: '"cnibr0" already has an IP address different from 10.10.0.1/16',
        details: expect.stringContaining("10.9.0.1/16"),
      }),
    );
  });

  test.each(["10.10.0.1/24", "10.10.0.2/16", "192.0.2.1/32"])("of IPv4 is any other: %s", (found) => {
    expect(() => plan(config, { ips: ["10.10.0.2/16"], bridge: bridgeWith(found) })).toThrow(
      "already has an IP address",
    );
  });

  test.each([
    ["fd00::9/64", true],
    ["fd00::1/48", true],
    ["fd00::1/80", true],
    ["fd00:0:0:1::1/64", false],
    ["fe80::1/64", false],
    ["10.9.0.1/16", false],
  ])("of IPv6 is one whose subnet overlaps: %s, %s", (found, conflict) => {
    const call = () => plan(config, { ips: ["fd00::2/64"], bridge: bridgeWith(found) });
    if (conflict) expect(call).toThrow('"cnibr0" already has an IP address different from fd00::1/64');
    else expect(call).not.toThrow();
  });

  test("is deleted with forceAddress, behind the port, and no other one", () => {
    const bridge = bridgeWith("10.9.0.1/16", "10.8.0.1/16", "fe80::1/64");
    const listed = steps({ ...config, forceAddress: true }, { ips: ["10.10.0.2/16"], bridge });
    expect(listed[0]).toMatch(/^create veth /);
    expect(addressSteps(listed)).toEqual([
      'delete address 10.9.0.1/16 from "cnibr0"',
      'delete address 10.8.0.1/16 from "cnibr0"',
      'add address 10.10.0.1/16 to "cnibr0"',
    ]);
  });

  test("is deleted once, though it is in the way of two", () => {
    const ips = ["10.10.0.2/16", "10.20.0.2/16"];
    const listed = steps({ ...config, forceAddress: true }, { ips, bridge: other });
    expect(addressSteps(listed)).toEqual([
      'delete address 10.9.0.1/16 from "cnibr0"',
      'add address 10.10.0.1/16 to "cnibr0"',
      'add address 10.20.0.1/16 to "cnibr0"',
    ]);
  });

  test("is none that the network itself needs", () => {
    const bridge = bridgeWith("10.20.0.1/16");
    const listed = steps(config, { ips: ["10.10.0.2/16", "10.20.0.2/16"], bridge });
    expect(addressSteps(listed)).toEqual(['add address 10.10.0.1/16 to "cnibr0"']);
  });
});

describe("a gateway", () => {
  test("is the one that was leased, else the first address of the subnet", () => {
    const ips = ["10.10.0.2/16 via 10.10.0.254", "10.20.0.2/16"];
    expect(addressSteps(steps(config, { ips }))).toEqual([
      'add address 10.10.0.254/16 to "cnibr0"',
      'add address 10.20.0.1/16 to "cnibr0"',
    ]);
  });

  test("is shared by addresses of one subnet", () => {
    const listed = steps(config, { ips: ["10.10.0.2/16", "10.10.0.3/16"] });
    expect(addressSteps(listed)).toEqual(['add address 10.10.0.1/16 to "cnibr0"']);
    expect(listed.filter((step) => step.startsWith("container: add route"))).toHaveLength(1);
  });

  test("of every range is the bridge's, three of them of a family too", () => {
    const ips = ["10.10.0.2/16", "fd00:1::2/64", "fd00:2::2/64", "fd00:3::2/64"];
    expect(addressSteps(steps(config, { ips }))).toHaveLength(4);
  });

  test("that is not asked for is none: neither address, nor route, nor forwarding", () => {
    const listed = steps(quiet, { ips: ["10.10.0.2/16"] });
    expect(addressSteps(listed)).toEqual([]);
    expect(listed.filter((step) => /add route|forward/.test(step))).toEqual([]);
  });

  test("that is leased, but not asked for, is not the bridge's; routes go by it", () => {
    const routes = [{ dst: prefix("192.0.2.0/24") }];
    const listed = steps(quiet, { ips: ["10.10.0.2/16 via 10.10.0.254"], routes });
    expect(addressSteps(listed)).toEqual([]);
    expect(listed).toContain('container: add route 192.0.2.0/24 via 10.10.0.254 on "eth0"');
  });
});

describe("the default route of isDefaultGateway", () => {
  const defaults = (routes: readonly Route[], ips = ["10.10.0.2/16", "fd00::2/64"]) =>
    steps(config, { ips, routes }).filter((step) => /add route (0.0.0.0|::)\/0 /.test(step));

  test("is one of each family that has an address", () => {
    expect(defaults([])).toEqual([
      'container: add route 0.0.0.0/0 via 10.10.0.1 on "eth0"',
      'container: add route ::/0 via fd00::1 on "eth0"',
    ]);
    expect(defaults([], ["fd00::2/64"])).toEqual(['container: add route ::/0 via fd00::1 on "eth0"']);
  });

  test("is not added to one that was leased without a gateway", () => {
    const routes = [{ dst: prefix("0.0.0.0/0") }, { dst: prefix("::/0") }];
    expect(defaults(routes)).toEqual(defaults([]));
  });

  test("is not added to one that was leased with a gateway", () => {
    const routes = [{ dst: prefix("0.0.0.0/0"), gw: address("10.10.0.9") }];
    expect(defaults(routes, ["10.10.0.2/16"])).toEqual([
      'container: add route 0.0.0.0/0 via 10.10.0.9 on "eth0"',
    ]);
  });
});
