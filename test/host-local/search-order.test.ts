import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isGateway, searchOrder } from "../../ipam/host-local/search-order.ts";
import { type Address, formatAddress, offsetAddress, parseAddress } from "../../lib/ip/address.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";
import { rangeSet } from "./configuration.ts";

function addressOf(text: string): Address {
  return parseAddress(text) ?? expect.fail(`${text} is no address`);
}

/** The first addresses that are tried, as texts: all of them where the set has no more than `count`. */
function listed(set: RangeSet, last?: string, count = 300): string[] {
  const found: string[] = [];
  for (const { start, end } of searchOrder(set, last === undefined ? undefined : addressOf(last))) {
    for (let distance = 0n; distance <= end.value - start.value; distance++) {
      if (found.push(formatAddress(offsetAddress(start, distance))) === count) return found;
    }
  }
  return found;
}

/** The last octets alone. */
function octets(texts: readonly string[]): number[] {
  return texts.map((text) => Number(text.split(".")[3]));
}

describe("a /29 whose gateway is its first address", () => {
  const set = rangeSet({ subnet: "192.168.1.0/29" });

  test("is tried from its start when nothing was handed out", () => {
    expect(octets(listed(set))).toEqual([2, 3, 4, 5, 6]);
  });

  test.each([
    ["192.168.1.6", [2, 3, 4, 5, 6]],
    ["192.168.1.3", [4, 5, 6, 2, 3]],
    ["192.168.1.5", [6, 2, 3, 4, 5]],
    ["192.168.1.1", [2, 3, 4, 5, 6]],
    ["192.168.1.128", [2, 3, 4, 5, 6]],
    ["2001:db8::1", [2, 3, 4, 5, 6]],
  ])("is tried in a circle behind %s", (last, expected) => {
    expect(octets(listed(set, last))).toEqual(expected);
  });
});

test("several ranges are tried one after the other, in a circle", () => {
  const set = rangeSet({ subnet: "10.0.0.0/30" }, { subnet: "10.0.1.0/30" }, { subnet: "10.0.2.0/30" });
  expect(listed(set)).toEqual(["10.0.0.2", "10.0.1.2", "10.0.2.2"]);
  expect(listed(set, "10.0.0.2")).toEqual(["10.0.1.2", "10.0.2.2", "10.0.0.2"]);
  expect(listed(set, "10.0.2.2")).toEqual(["10.0.0.2", "10.0.1.2", "10.0.2.2"]);
});

test("a range's explicit start and end are handed out, even network and broadcast address", () => {
  const set = rangeSet({ subnet: "10.0.0.0/30", rangeStart: "10.0.0.0", rangeEnd: "10.0.0.3" });
  expect(octets(listed(set))).toEqual([0, 2, 3]);
});

test("only its own range's gateway is left out of a range", () => {
  const set = rangeSet(
    { subnet: "10.0.0.0/24", rangeStart: "10.0.0.1", rangeEnd: "10.0.0.3", gateway: "10.0.0.6" },
    { subnet: "10.0.0.0/24", rangeStart: "10.0.0.5", rangeEnd: "10.0.0.6", gateway: "10.0.0.2" },
  );
  expect(octets(listed(set))).toEqual([1, 2, 3, 5, 6]);
});

test("a set that has its gateway alone has none to try", () => {
  const set = rangeSet({ subnet: "10.0.0.0/30", rangeStart: "10.0.0.1", rangeEnd: "10.0.0.1" });
  expect(listed(set)).toEqual([]);
  expect(listed(set, "10.0.0.1")).toEqual([]);
});

test("a set with 2^64 addresses is not made at once", () => {
  expect(listed(rangeSet({ subnet: "2001:db8::/64" }), undefined, 3)).toEqual([
    "2001:db8::2",
    "2001:db8::3",
    "2001:db8::4",
  ]);
});

test("every address but gateways comes exactly once, the one handed out last at the end", () => {
  const ranges = fc.array(fc.tuple(fc.integer({ min: 27, max: 30 }), fc.nat(31)), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(ranges, fc.nat(), (ranges, pick) => {
      const set = rangeSet(
        ...ranges.map(([length, gateway], index) => ({
          subnet: `10.0.${index}.0/${length}`,
          gateway: `10.0.${index}.${gateway}`,
        })),
      );
      const expected = set
        .flatMap(({ start, end }) =>
          Array.from(
            { length: Number(end.value - start.value) + 1 },
            (_, index): Address => ({
              family: 4,
              value: start.value + BigInt(index),
            }),
          ),
        )
        .filter((address) => !isGateway(set, address))
        .map(formatAddress);
      const last = expected[pick % expected.length] ?? expect.fail("the set is empty");
      const position = expected.indexOf(last) + 1;
      expect(listed(set, last)).toEqual([...expected.slice(position), ...expected.slice(0, position)]);
    }),
  );
});
