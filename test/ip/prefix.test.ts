import fc from "fast-check";
import IPCIDR from "ip-cidr";
import { expect, test } from "vitest";
import { formatAddress } from "../../lib/ip/address.ts";
import {
  contains,
  equalPrefix,
  firstAddressOf,
  formatPrefix,
  lastAddressOf,
  networkOf,
  type Prefix,
  parsePrefix,
} from "../../lib/ip/prefix.ts";
import { address, prefix } from "./arbitrary.ts";

function oracleOf(prefix: Prefix): IPCIDR {
  return new IPCIDR(formatPrefix(prefix));
}

test("the first and the last address are those that ip-cidr computes", () => {
  fc.assert(
    fc.property(prefix, (prefix) => {
      const oracle = oracleOf(prefix);
      expect(firstAddressOf(prefix).value).toBe(oracle.start({ type: "bigInteger" }));
      expect(lastAddressOf(prefix).value).toBe(oracle.end({ type: "bigInteger" }));
    }),
  );
});

test("a network contains what ip-cidr says that it contains", () => {
  const bits = fc.bigInt(0n, (1n << 32n) - 1n);
  fc.assert(
    fc.property(prefix, bits, (prefix, bits) => {
      // Addresses nearby are the ones that are in doubt.
      const { family, value } = prefix.address;
      const near = { family, value: value ^ (bits >> BigInt(Math.min(prefix.length, 32))) };
      for (const address of [near, { family, value: value ^ bits }]) {
        expect(contains(prefix, address)).toBe(oracleOf(prefix).contains(address.value));
      }
    }),
    { numRuns: 1000 },
  );
});

test("no network contains an address of the other family", () => {
  fc.assert(
    fc.property(prefix, address, (prefix, address) => {
      fc.pre(prefix.address.family !== address.family);
      expect(contains({ ...prefix, length: 0 }, address)).toBe(false);
    }),
  );
});

test("what is written can be read, and keeps the bits of the host", () => {
  fc.assert(
    fc.property(prefix, (prefix) => {
      expect(parsePrefix(formatPrefix(prefix))).toEqual(prefix);
    }),
  );
});

test.each([
  ...[
    "",
    "10.1.2.3",
    "10.1.2.3/",
    "/24",
    "10.1.2.3/33",
    "10.1.2.3/-1",
    "10.1.2.3/+1",
    "10.1.2.3/2 ",
    "10.1.2/24",
  ],
  ...[
    "::1/129",
    "::1/12a",
    "10.1.2.3/24/24",
    "::ffff:10.1.2.3/95",
    "::ffff:10.1.2.3/129",
    "fe80::1%eth0/64",
    "10.1.2.3/255.255.255.0",
  ],
])("%j is no prefix", (text) => {
  expect(parsePrefix(text)).toBeUndefined();
});

test.each([
  ["::ffff:10.1.2.3/120", "10.1.2.3/24"],
  ["::ffff:a01:203/96", "10.1.2.3/0"],
  ["10.1.2.3/024", "10.1.2.3/24"],
  ["2001:DB8::/032", "2001:db8::/32"],
])("%s is %s", (text, expected) => {
  expect(formatPrefix(parsePrefix(text) ?? expect.fail())).toBe(expected);
});

test("the network of 10.1.2.3/24 is 10.1.2.0/24, and they are not equal", () => {
  const prefix = parsePrefix("10.1.2.3/24") ?? expect.fail();
  expect(formatPrefix(networkOf(prefix))).toBe("10.1.2.0/24");
  expect(formatAddress(lastAddressOf(prefix))).toBe("10.1.2.255");
  expect(equalPrefix(prefix, networkOf(prefix))).toBe(false);
  expect(equalPrefix(networkOf(prefix), networkOf(networkOf(prefix)))).toBe(true);
});
