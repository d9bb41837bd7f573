import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { costOf, fill, index, other, slash16 } from "./many-leases.ts";
import { test } from "./network.ts";

describe("with many leases, a call", () => {
  test("reads no others than it is about", ({ network }) => {
    fill(network, 100);
    index(network);
    expect(costOf(network, () => network.add(slash16, other))).toEqual({ reads: 0, creations: 1 });
    expect(costOf(network, () => network.check(slash16, other))).toEqual({ reads: 1, creations: 0 });
    expect(costOf(network, () => expect(() => network.add(slash16, other)).toThrow("duplicate"))).toEqual({
      reads: 1,
      creations: 0,
    });
    expect(costOf(network, () => network.del(slash16, other)).reads).toBeLessThan(4);
    expect(costOf(network, () => network.del(slash16, other))).toEqual({ reads: 0, creations: 0 });
    expect(costOf(network, () => network.status(slash16))).toEqual({ reads: 0, creations: 0 });
  });

  test("finds the one free address without trying others", ({ network }) => {
    fill(network, 253);
    const slash24 = { subnet: "10.1.0.0/24" };
    index(network);
    network.del(slash24, { container: "c200" });
    network.write("last_reserved_ip.0", "10.1.0.200");
    network.check(slash24, { container: "c201" });
    expect(costOf(network, () => expect(network.add(slash24)).toEqual(["10.1.0.200/24"]))).toEqual({
      reads: 0,
      creations: 1,
    });
    expect(() => network.add(slash24, other)).toThrow(expect.objectContaining({ code: 110 }));
    expect(() => network.status(slash24)).toThrow("no IP addresses available");
  });

  test("looks for leases of an earlier boot once, and fails at once when the set is still exhausted", ({
    network,
  }) => {
    fill(network, 253);
    const slash24 = { subnet: "10.1.0.0/24" };
    network.del(slash24, { container: "c200" });
    network.add(slash24);
    const attempt = () => expect(() => network.add(slash24, other)).toThrow("no IP addresses available");
    expect(costOf(network, attempt).reads).toBe(253);
    expect(costOf(network, attempt)).toEqual({ reads: 0, creations: 0 });
    network.del(slash24);
    expect(network.add(slash24, other)).toEqual(["10.1.0.200/24"]);
  });

  test("looks for them once also where a set before the exhausted one gives an address", ({ network }) => {
    fill(network, 253);
    index(network);
    const ranges = [[{ subnet: "10.2.0.0/24" }], [{ subnet: "10.1.0.0/24" }]];
    const attempt = () => expect(() => network.add({ ranges }, other)).toThrow("no IP addresses available");
    // One is the lease of the first set, which ends again.
    expect(costOf(network, attempt).reads).toBe(254);
    expect(costOf(network, attempt).reads).toBe(1);
  });

  test("does not take for granted that they were looked for in an earlier boot", ({ network }) => {
    fill(network, 253);
    index(network);
    const slash24 = { subnet: "10.1.0.0/24" };
    const attempt = () => expect(() => network.add(slash24, other)).toThrow("no IP addresses available");
    expect(costOf(network, attempt).reads).toBe(253);
    const file = network.stateFile("index");
    writeFileSync(file, readFileSync(file).fill(7, 16, 52));
    network.check(slash24, { container: "c50" });
    expect(costOf(network, attempt).reads).toBe(253);
  });

  test("counts what is used of an exhausted set", ({ network }) => {
    fill(network, 100);
    index(network);
    const ranges = [[{ subnet: "10.1.0.0/26" }], [{ subnet: "fd00::/64" }], [slash16]].slice(0, 2);
    expect(() => network.status({ ranges })).toThrow(
      expect.objectContaining({
        details: expect.stringContaining(
          "range set 0: 61 used, 0 free; range set 1: 0 used, 18446744073709551614 free",
        ),
      }),
    );
  });
});
