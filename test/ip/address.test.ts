import { isIP } from "node:net";
import fc from "fast-check";
import IPCIDR from "ip-cidr";
import { describe, expect, test } from "vitest";
import {
  addressBytes,
  addressFromBytes,
  compareAddress,
  equalAddress,
  formatAddress,
  nextAddress,
  offsetAddress,
  parseAddress,
} from "../../lib/ip/address.ts";
import { address, ipv6 } from "./arbitrary.ts";

/** Texts that look like addresses, and often are some. */
const nearlyAddress = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:."), maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "0",
        "00",
        "1",
        "01",
        "ab",
        "FFFF",
        "12345",
        "",
        "256",
        "255",
        "1.2.3.4",
        "01.2.3.4",
        ":",
      ),
      { maxLength: 10 },
    )
    .map((groups) => groups.join(":")),
  fc
    .array(fc.constantFrom("0", "00", "1", "010", "255", "256", "-1", "+1", "0x1", "", " 1"), {
      maxLength: 5,
    })
    .map((octets) => octets.join(".")),
  fc.ipV4(),
  fc.ipV6(),
);

function format(text: string): string | undefined {
  const parsed = parseAddress(text);
  return parsed === undefined ? undefined : formatAddress(parsed);
}

test("exactly those texts are addresses that node:net takes for addresses", () => {
  fc.assert(
    fc.property(nearlyAddress, (text) => {
      expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
    }),
    { numRuns: 5000 },
  );
});

test("an address is written as ip-cidr writes it in full, and as URL writes it in short", () => {
  fc.assert(
    fc.property(ipv6, (address) => {
      const text = formatAddress(address);
      expect(new IPCIDR(`${text}/128`).start({ type: "bigInteger" })).toBe(address.value);
      // WHATWG URL, "IPv6 serializer": RFC 5952 as well.
      expect(`[${text}]`).toBe(new URL(`http://[${text}]/`).hostname);
    }),
  );
});

test("what is written can be read", () => {
  fc.assert(
    fc.property(address, (address) => {
      expect(parseAddress(formatAddress(address))).toEqual(address);
      expect(addressFromBytes(addressBytes(address))).toEqual(address);
    }),
  );
});

describe("texts are those of Go's net.IP", () => {
  test.each([
    ["10.1.2.3", "10.1.2.3"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::1.2.3.4", "::102:304"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["::ffff:192.0.2.33", "192.0.2.33"],
    ["::ffff:c000:221", "192.0.2.33"],
  ])("%s is %s", (text, expected) => {
    expect(format(text)).toBe(expected);
  });

  test.each([
    ...[
      "",
      " 10.1.2.3",
      "10.1.2.3 ",
      "10.1.2",
      "10.1.2.3.4",
      "10.1.2.03",
      "10.1.2.256",
      "10.1.2.-1",
      "10.1.2.3/24",
    ],
    ...[
      "::1%eth0",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8::",
      "1::2::3",
      ":1:2:3:4:5:6:7",
      "12345::",
    ],
    ...["::1.2.3.04", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", ":::", ":", "::ffff:1.2.3.4.5", "::g"],
  ])("%j is no address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

test("bytes are in network order, and only 4 or 16 of them are an address", () => {
  expect([...addressBytes({ family: 4, value: 0x0a010203n })]).toEqual([10, 1, 2, 3]);
  expect(addressFromBytes(Uint8Array.of(10, 1, 2, 3))).toEqual({ family: 4, value: 0x0a010203n });
  expect(addressFromBytes(new Uint8Array(16))).toEqual({ family: 6, value: 0n });
  expect(addressFromBytes(new Uint8Array(6))).toBeUndefined();
});

test("addresses are ordered by family and number", () => {
  const texts = ["::1", "10.0.0.10", "9.255.255.255", "::", "10.0.0.9", "10.0.0.9"];
  const sorted = texts.map((text) => parseAddress(text) ?? expect.fail(text)).sort(compareAddress);
  expect(sorted.map(formatAddress)).toEqual([
    "9.255.255.255",
    "10.0.0.9",
    "10.0.0.9",
    "10.0.0.10",
    "::",
    "::1",
  ]);
  expect(equalAddress({ family: 4, value: 1n }, { family: 6, value: 1n })).toBe(false);
});

test.each([
  ["192.0.2.255", "192.0.3.0"],
  ["10.255.255.255", "11.0.0.0"],
  ["2001:db8::ffff", "2001:db8::1:0"],
])("behind %s comes %s", (text, expected) => {
  const found = nextAddress(parseAddress(text) ?? expect.fail(text));
  expect(formatAddress(found)).toBe(expected);
  expect(formatAddress(offsetAddress(found, -1n))).toBe(text);
});

test("there is nothing beyond the ends of a family", () => {
  expect(() => nextAddress({ family: 4, value: 0xffff_ffffn })).toThrow("behind 255.255.255.255");
  expect(() => offsetAddress({ family: 6, value: 1n }, -2n)).toThrow(RangeError);
});
