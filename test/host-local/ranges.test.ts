import { describe, expect, test } from "vitest";
import type { HostLocalConfig, RangeConfig } from "../../ipam/host-local/config.schema.ts";
import { rangeSetsOf } from "../../ipam/host-local/ranges.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { formatPrefix } from "../../lib/ip/prefix.ts";
import { formatRange } from "../../lib/ip/range.ts";
import { formatRangeSet } from "../../lib/ip/range-set.ts";
import { configOf, rangeSet } from "./configuration.ts";

/** Range sets as `START-END,...` each. */
function listed(config: HostLocalConfig, version = "1.1.0"): string[] {
  return rangeSetsOf(config, version).map(formatRangeSet);
}

function refusal(config: HostLocalConfig, version = "1.1.0"): unknown {
  try {
    return listed(config, version);
  } catch (error) {
    return error;
  }
}

describe("a range", () => {
  test.each([
    [{ subnet: "192.0.2.0/24" }, "192.0.2.1-192.0.2.254", "192.0.2.1"],
    [{ subnet: "192.0.2.0/25" }, "192.0.2.1-192.0.2.126", "192.0.2.1"],
    [{ subnet: "192.0.2.128/25" }, "192.0.2.129-192.0.2.254", "192.0.2.129"],
    [{ subnet: "192.0.2.0/30" }, "192.0.2.1-192.0.2.2", "192.0.2.1"],
    [{ subnet: "0.0.0.0/0" }, "0.0.0.1-255.255.255.254", "0.0.0.1"],
    [{ subnet: "2001:db8:1::/64" }, "2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff", "2001:db8:1::1"],
    [{ subnet: "2001:db8:1::/126" }, "2001:db8:1::1-2001:db8:1::3", "2001:db8:1::1"],
    [
      { subnet: "192.0.2.0/24", rangeStart: "192.0.2.40", rangeEnd: "192.0.2.50", gateway: "192.0.2.254" },
      "192.0.2.40-192.0.2.50",
      "192.0.2.254",
    ],
    [{ subnet: "192.0.2.0/24", gateway: "198.51.100.1" }, "192.0.2.1-192.0.2.254", "198.51.100.1"],
    [
      { subnet: "192.0.2.0/24", rangeStart: "", rangeEnd: "", gateway: "" },
      "192.0.2.1-192.0.2.254",
      "192.0.2.1",
    ],
    [
      { subnet: "192.0.2.0/24", rangeStart: "192.0.2.0", rangeEnd: "192.0.2.255" },
      "192.0.2.0-192.0.2.255",
      "192.0.2.1",
    ],
    [
      { subnet: "192.0.2.0/24", rangeStart: "192.0.2.9", rangeEnd: "192.0.2.9" },
      "192.0.2.9-192.0.2.9",
      "192.0.2.1",
    ],
  ])("%j is %s with gateway %s", (config, expected, gateway) => {
    const [range] = rangeSet(config);
    if (range === undefined) return expect.fail("there is no range");
    expect(formatRange(range)).toBe(expected);
    expect(formatAddress(range.gateway)).toBe(gateway);
    expect(formatPrefix(range.subnet)).toBe(config.subnet);
  });

  test.each<[RangeConfig, string]>([
    [{}, "IP <nil> not v4 nor v6"],
    [{ subnet: "192.0.2.0/31" }, "Network 192.0.2.0/31 too small to allocate from"],
    [{ subnet: "2001:db8::/127" }, "Network 2001:db8::/127 too small to allocate from"],
    [
      { subnet: "192.0.2.12/24" },
      "Network has host bits set. For a subnet mask of length 24 the network address is 192.0.2.0",
    ],
    [
      { subnet: "192.168.127.0/23" },
      "Network has host bits set. For a subnet mask of length 23 the network address is 192.168.126.0",
    ],
    [
      { subnet: "2001:db8:24:19ff::/63" },
      "Network has host bits set. For a subnet mask of length 63 the network address is 2001:db8:24:19fe::",
    ],
    [{ subnet: "192.0.2.0/24", rangeStart: "192.0.3.0" }, "RangeStart 192.0.3.0 not in network 192.0.2.0/24"],
    [
      { subnet: "192.0.2.0/24", rangeStart: "2001:db8::1" },
      "RangeStart 2001:db8::1 not in network 192.0.2.0/24",
    ],
    [{ subnet: "192.0.2.0/24", rangeEnd: "192.0.1.255" }, "RangeEnd 192.0.1.255 not in network 192.0.2.0/24"],
    [{ subnet: "192.0.2.0/24", rangeEnd: "192.0.2.0" }, "RangeEnd 192.0.2.0 not in network 192.0.2.0/24"],
    [
      { subnet: "192.0.2.0/24", rangeStart: "192.0.2.9", rangeEnd: "2001:db8::1" },
      "RangeEnd 2001:db8::1 not in network 192.0.2.0/24",
    ],
    [
      { subnet: "2001:db8::/64", rangeStart: "2001:db8::9", rangeEnd: "192.0.2.9" },
      "RangeEnd 192.0.2.9 not in network 2001:db8::/64",
    ],
    [
      { subnet: "192.0.2.0/24", rangeStart: "192.0.2.50", rangeEnd: "192.0.2.40" },
      "RangeStart 192.0.2.50 not in network 192.0.2.0/24",
    ],
  ])("%j is refused", (config, reason) => {
    expect(refusal(configOf([{ subnet: "10.0.0.0/24" }], [config]))).toMatchObject({
      code: 7,
      message: `invalid range set 1: ${reason}`,
    });
  });

  test.each<[RangeConfig, string, string]>([
    [{ subnet: "192.0.2.0" }, "invalid CIDR address: 192.0.2.0", "subnet"],
    [{ subnet: "" }, "invalid CIDR address: ", "subnet"],
    [{ subnet: "192.0.2.0/24", rangeStart: "192.0.2.01" }, "invalid IP address: 192.0.2.01", "rangeStart"],
    [{ subnet: "192.0.2.0/24", rangeEnd: "x" }, "invalid IP address: x", "rangeEnd"],
    [{ subnet: "192.0.2.0/24", gateway: "192.0.2.1/24" }, "invalid IP address: 192.0.2.1/24", "gateway"],
  ])("%j is refused by what it is", (config, message, key) => {
    expect(refusal(configOf([config]))).toMatchObject({
      code: 7,
      message,
      details: `/ipam/ranges/0/0/${key} is ${JSON.stringify(config[key as keyof RangeConfig])}`,
    });
  });
});

describe("range sets", () => {
  const single: RangeConfig = { subnet: "10.1.0.0/24", rangeStart: "10.1.0.9", rangeEnd: "10.1.0.20" };

  test("come from the runtime, the single range and the ranges, in this order", () => {
    const config: HostLocalConfig = {
      name: "net0",
      runtimeConfig: {
        ipRanges: [[{ subnet: "10.3.0.0/24" }, { subnet: "10.4.0.0/24" }], [{ subnet: "10.5.0.0/24" }]],
      },
      ipam: { ...single, ranges: [[{ subnet: "2001:db8::/125" }]] },
    };
    expect(listed(config)).toEqual([
      "10.3.0.1-10.3.0.254,10.4.0.1-10.4.0.254",
      "10.5.0.1-10.5.0.254",
      "10.1.0.9-10.1.0.20",
      "2001:db8::1-2001:db8::7",
    ]);
  });

  test("leave out the single range's other keys without its subnet", () => {
    const config = { name: "net0", ipam: { rangeStart: "x", ranges: [[{ subnet: "10.3.0.0/24" }]] } };
    expect(listed(config)).toEqual(["10.3.0.1-10.3.0.254"]);
  });

  test.each<[string, RangeConfig[][], string]>([
    ["nothing", [], "no IP ranges specified"],
    ["an empty set", [[{ subnet: "10.0.0.0/24" }], []], "invalid range set 1: empty range set"],
    [
      "two families in a set",
      [[{ subnet: "10.0.0.0/24" }, { subnet: "2001:db8::/64" }]],
      "invalid range set 0: mixed address families",
    ],
    [
      "overlap in a set",
      [[{ subnet: "10.1.0.0/22" }, { subnet: "10.1.2.0/24" }]],
      "invalid range set 0: subnets 10.1.0.1-10.1.3.254 and 10.1.2.1-10.1.2.254 overlap",
    ],
    [
      "overlap of two sets",
      [[{ subnet: "10.9.0.0/24" }], [{ subnet: "10.1.0.0/22" }], [{ subnet: "10.1.2.0/24" }]],
      "range set 1 overlaps with 2",
    ],
  ])("with %s are refused", (_, ranges, message) => {
    expect(refusal(configOf(...ranges))).toMatchObject({ code: 7, message });
  });

  test("are missing without a section that could have them", () => {
    const config: HostLocalConfig = {
      name: "net0",
      runtimeConfig: { ipRanges: [[{ subnet: "10.0.0.0/24" }]] },
    };
    expect(refusal(config)).toMatchObject({ code: 7, message: "IPAM config missing 'ipam' key" });
  });

  test("may share a subnet when their ranges are apart", () => {
    const low = { subnet: "10.0.0.0/24", rangeEnd: "10.0.0.127" };
    const high = { subnet: "10.0.0.0/24", rangeStart: "10.0.0.128" };
    expect(listed(configOf([low], [high]))).toEqual(["10.0.0.1-10.0.0.127", "10.0.0.128-10.0.0.254"]);
  });

  test("are one for each family before version 0.3.0", () => {
    const both = configOf([{ subnet: "10.0.0.0/24" }], [{ subnet: "2001:db8::/64" }]);
    const twice = configOf([{ subnet: "10.0.0.0/24" }], [{ subnet: "10.0.1.0/24" }]);
    expect(listed(both, "0.2.0")).toHaveLength(2);
    expect(listed(twice, "0.3.0")).toHaveLength(2);
    expect(refusal(twice, "0.2.0")).toMatchObject({
      code: 7,
      message: "CNI version 0.2.0 does not support more than 1 address per family",
    });
  });
});
