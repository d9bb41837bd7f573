import fc from "fast-check";
import { expect, test } from "vitest";
import { localMac, macBytes, macFromBytes, parseMac } from "../../lib/ip/mac.ts";

test.each(["02:00:5e:10:00:0a", "02:00:5E:10:00:0A", "02-00-5e-10-00-0A", "0200.5E10.000a"])(
  "%s is read as 02:00:5e:10:00:0a",
  (text) => {
    expect(parseMac(text)).toBe("02:00:5e:10:00:0a");
  },
);

test.each([
  ...["", "02:00:5e:10:00", "02:00:5e:10:00:0a:0b:0c", "02:00:5e-10-00-0a", "2:0:5e:10:0:a", "02005e10000a"],
  ...["02:00:5e:10:00:0g", " 02:00:5e:10:00:0a", "02:00:5e:10:00:0a\n", "0200:5e10:000a", "0200.5e10.00.0a"],
])("%j is no Ethernet address", (text) => {
  expect(parseMac(text)).toBeUndefined();
});

test("bytes become an Ethernet address and bytes again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
      const mac = macFromBytes(bytes) ?? expect.fail();
      expect(mac).toBe(Buffer.from(bytes).toString("hex").match(/../g)?.join(":"));
      expect(macBytes(mac)).toEqual(bytes);
      expect(parseMac(mac)).toBe(mac);
    }),
  );
});

test("5 or 7 bytes are no Ethernet address", () => {
  expect(macFromBytes(new Uint8Array(5))).toBeUndefined();
  expect(macFromBytes(new Uint8Array(7))).toBeUndefined();
});

test("an address made of a seed is of one station, locally administered, and the seed's otherwise", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 64 }), (seed) => {
      const [first = 0, ...rest] = macBytes(localMac(seed));
      expect(first & 0b11).toBe(0b10);
      expect(first >> 2).toBe((seed[0] ?? 0) >> 2);
      expect(rest).toEqual([...seed.slice(1, 6)]);
    }),
  );
  expect(() => localMac(new Uint8Array(5))).toThrow(RangeError);
});
