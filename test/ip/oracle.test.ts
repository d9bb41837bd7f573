import fc from "fast-check";
import IPCIDR from "ip-cidr";
import { describe, expect, test } from "vitest";
import {
  type Address,
  bitsOf,
  compareAddress,
  formatAddress,
  nextAddress,
  offsetAddress,
  parseAddress,
} from "../../lib/ip/address.ts";
import {
  contains,
  firstAddressOf,
  formatPrefix,
  lastAddressOf,
  networkOf,
  type Prefix,
} from "../../lib/ip/prefix.ts";
import { type Range, rangeContains, rangesOverlap } from "../../lib/ip/range.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { ipv4, ipv6, prefix } from "./arbitrary.ts";

// Our arithmetic against that of the npm packages ip-cidr and ip-address, which know nothing of ours.

const parameters = { seed: printedSeed("address arithmetic"), numRuns: trialsOf(2000) };

function oracleOf(prefix: Prefix): IPCIDR {
  return new IPCIDR(formatPrefix(prefix));
}

/** What ip-address makes of a text. */
function oracleAddress(text: string) {
  return IPCIDR.createAddress(text);
}

/** The number of an address, as ip-address has it. */
function oracleNumber(text: string): bigint {
  return BigInt(oracleAddress(text).bigInteger().toString());
}

/** All addresses of a network, as a range of which only the ends count. */
function rangeOf(prefix: Prefix): Range {
  return { start: firstAddressOf(prefix), end: lastAddressOf(prefix) } as Range;
}

/** Prefixes that are near each other: the same bits but for some low ones. */
const nearby = fc.tuple(prefix, fc.nat(20), fc.nat(20)).chain(([{ address, length }, flip, longer]) => {
  const { family, value } = address;
  const low = BigInt(Math.min(bitsOf(family) - 1, bitsOf(family) - length + flip - 10));
  const other = { family, value: low < 0n ? value : value ^ (1n << low) };
  const isMapped = family === 6 && other.value >> 32n === 0xffffn;
  return fc.constant([
    { address, length },
    {
      address: isMapped ? address : other,
      length: Math.min(bitsOf(family), Math.max(0, length + longer - 10)),
    },
  ] as const);
});

/** An IPv6 address in one of the many forms in which it can be written (RFC 4291, section 2.2). */
const writtenIpv6 = fc
  .tuple(ipv6, fc.nat(8), fc.nat(8), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([address, from, to, isPadded, isUpper, isDotted]) => {
    const groups = Array.from({ length: 8 }, (_, index) =>
      ((address.value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
    );
    const zeros = groups.slice(from, to).every((group) => group === "0") && from < to;
    const write = (group: string) => (isPadded ? group.padStart(4, "0") : group);
    const low = Number(address.value & 0xffff_ffffn);
    const tail = isDotted && !(zeros && to > 6) ? [dotted(low)] : groups.slice(6).map(write);
    const all = [...groups.slice(0, 6).map(write), ...tail];
    const text = zeros ? `${all.slice(0, from).join(":")}::${all.slice(to).join(":")}` : all.join(":");
    return { address, text: isUpper ? text.toUpperCase() : text };
  });

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}

describe("texts", () => {
  test("an IPv6 address is written in the form that ip-address calls the correct one", () => {
    fc.assert(
      fc.property(ipv6, (address) => {
        const text = formatAddress(address);
        expect(oracleAddress(text).correctForm()).toBe(text);
        expect(oracleNumber(text)).toBe(address.value);
      }),
      parameters,
    );
  });

  test("an IPv6 address is read in whatever form it is written", () => {
    fc.assert(
      fc.property(writtenIpv6, ({ address, text }) => {
        expect(parseAddress(text)).toEqual(address);
        expect(`[${formatAddress(address)}]`).toBe(new URL(`http://[${text}]/`).hostname);
        // ip-cidr takes every text with a dot for IPv4.
        if (!text.includes(".")) expect(oracleNumber(text)).toBe(address.value);
      }),
      parameters,
    );
  });

  test("an IPv4 address is read and written as ip-address does", () => {
    fc.assert(
      fc.property(ipv4, (address) => {
        const text = formatAddress(address);
        expect(oracleAddress(text).correctForm()).toBe(text);
        expect(oracleNumber(text)).toBe(address.value);
        expect(parseAddress(text)).toEqual(address);
      }),
      parameters,
    );
  });
});

describe("steps", () => {
  test("from the first address of a network on, come those that ip-cidr lists", () => {
    fc.assert(
      fc.property(prefix, fc.nat(300), ({ address, length }, from) => {
        const network = networkOf({ address, length });
        const listed = oracleOf(network).toArray({ from: from % Number(sizeUpTo(network, 1000n)), limit: 5 });
        const numbers = listed.map((text) => oracleNumber(text.split("/")[0] ?? ""));
        const [first = 0n] = numbers;
        let next: Address = offsetAddress(network.address, first - network.address.value);
        for (const [index, number] of numbers.entries()) {
          if (index > 0) next = nextAddress(next);
          expect(next).toEqual({ family: address.family, value: number });
        }
      }),
      parameters,
    );
  });

  test("addresses of a family are in the order of ip-address's numbers", () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6)), ([a, b]) => {
        const [left, right] = [oracleNumber(formatAddress(a)), oracleNumber(formatAddress(b))];
        expect(Math.sign(compareAddress(a, b))).toBe(left < right ? -1 : left > right ? 1 : 0);
      }),
      parameters,
    );
  });
});

describe("ranges", () => {
  test("the range of a network begins, ends and is as large as ip-cidr says", () => {
    fc.assert(
      fc.property(prefix, (prefix) => {
        const oracle = oracleOf(prefix);
        const range = rangeOf(prefix);
        expect([range.start.value, range.end.value]).toEqual(oracle.toRange({ type: "bigInteger" }));
        expect(range.end.value - range.start.value + 1n).toBe(oracle.size);
      }),
      parameters,
    );
  });

  test("the range of a network contains what ip-cidr says that the network contains", () => {
    fc.assert(
      fc.property(nearby, ([one, other]) => {
        const isInside = oracleOf(one).contains(formatAddress(other.address));
        expect(rangeContains(rangeOf(one), other.address)).toBe(isInside);
        expect(contains(one, other.address)).toBe(isInside);
      }),
      parameters,
    );
  });

  test("the ranges of two networks overlap when, by ip-cidr, one contains where the other begins", () => {
    let overlapping = 0;
    fc.assert(
      fc.property(nearby, ([one, other]) => {
        const [a, b] = [oracleOf(one), oracleOf(other)];
        const expected = a.contains(startOf(b)) || b.contains(startOf(a));
        if (expected) overlapping += 1;
        expect(rangesOverlap(rangeOf(one), rangeOf(other))).toBe(expected);
        expect(rangesOverlap(rangeOf(other), rangeOf(one))).toBe(expected);
      }),
      parameters,
    );
    console.log(`${overlapping} of ${parameters.numRuns} pairs of networks overlap`);
    expect(overlapping).toBeGreaterThan(parameters.numRuns / 10);
    expect(overlapping).toBeLessThan((9 * parameters.numRuns) / 10);
  });
});

function startOf(oracle: IPCIDR): string {
  return oracle.addressStart.correctForm();
}

/** How many addresses a network has, or `most`. */
function sizeUpTo(prefix: Prefix, most: bigint): bigint {
  const size = 1n << BigInt(bitsOf(prefix.address.family) - prefix.length);
  return size < most ? size : most;
}
