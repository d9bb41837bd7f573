import { describe, expect, test } from "vitest";
import { parseAddress } from "../../lib/ip/address.ts";
import { parsePrefix } from "../../lib/ip/prefix.ts";
import { formatRange, type Range, rangeContains, rangesOverlap } from "../../lib/ip/range.ts";
import { formatRangeSet, rangeOf, rangeSetsOverlap } from "../../lib/ip/range-set.ts";

/** A range written as `START-END`; subnet and gateway do not count here. */
function range(text: string): Range {
  const [start, end] = text.split("-").map((each) => parseAddress(each) ?? expect.fail(each));
  if (start === undefined || end === undefined) return expect.fail(text);
  return { start, end, gateway: start, subnet: parsePrefix("0.0.0.0/0") ?? expect.fail(), excluded: [] };
}

test.each([
  ["192.0.2.40-192.0.2.50", "192.0.2.39", false],
  ["192.0.2.40-192.0.2.50", "192.0.2.40", true],
  ["192.0.2.40-192.0.2.50", "192.0.2.50", true],
  ["192.0.2.40-192.0.2.50", "192.0.2.51", false],
  ["192.0.2.40-192.0.2.50", "192.0.3.45", false],
  ["192.0.2.40-192.0.2.50", "::c000:22d", false],
  ["2001:db8::40-2001:db8::50", "2001:db8::3f", false],
  ["2001:db8::40-2001:db8::50", "2001:db8::40", true],
  ["2001:db8::40-2001:db8::50", "2001:db8::50", true],
  ["2001:db8::40-2001:db8::50", "2001:db8::51", false],
])("%s contains %s: %s", (text, address, expected) => {
  expect(rangeContains(range(text), parseAddress(address) ?? expect.fail())).toBe(expected);
});

test.each([
  ["10.0.0.1-10.0.0.254", "10.0.1.1-10.0.1.254", false],
  ["0.0.0.1-0.0.0.254", "::1-::fe", false],
  ["10.0.0.1-10.0.0.254", "10.0.0.1-10.0.0.254", true],
  ["10.0.0.1-10.0.3.254", "10.0.1.1-10.0.1.254", true],
  ["10.0.0.1-10.0.0.127", "10.0.0.128-10.0.0.254", false],
  ["10.0.0.1-10.0.0.127", "10.0.0.127-10.0.0.254", true],
])("%s and %s overlap, whichever comes first: %s", (one, other, expected) => {
  expect(rangesOverlap(range(one), range(other))).toBe(expected);
  expect(rangesOverlap(range(other), range(one))).toBe(expected);
});

describe("a set", () => {
  const set = [range("192.168.0.1-192.168.0.254"), range("172.16.1.1-172.16.1.254")];

  test("knows which of its ranges an address is in", () => {
    expect(rangeOf(set, parseAddress("172.16.1.1") ?? expect.fail())).toBe(set[1]);
    expect(rangeOf(set, parseAddress("192.168.99.99") ?? expect.fail())).toBeUndefined();
  });

  test("is written as its ranges", () => {
    expect(formatRangeSet(set)).toBe("192.168.0.1-192.168.0.254,172.16.1.1-172.16.1.254");
    expect(formatRange(set[0] ?? expect.fail())).toBe("192.168.0.1-192.168.0.254");
  });

  test("overlaps with another when one of its ranges does", () => {
    expect(rangeSetsOverlap(set, [range("10.0.0.1-10.0.0.2"), range("172.16.1.254-172.16.2.1")])).toBe(true);
    expect(rangeSetsOverlap(set, [range("10.0.0.1-10.0.0.2"), range("172.16.1.255-172.16.2.1")])).toBe(false);
  });
});
