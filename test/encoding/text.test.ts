import fc from "fast-check";
import { expect, test } from "vitest";
import { base32 } from "../../lib/encoding/base32.ts";
import { decodeBase64, encodeBase64 } from "../../lib/encoding/base64.ts";
import { encodeHex } from "../../lib/encoding/hex.ts";
import { encodeUtf8 } from "../../lib/encoding/utf8.ts";

test("hexadecimal digits are those of Buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
    }),
  );
});

test("base 64 is that of Buffer, in both directions", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      expect(encodeBase64(bytes)).toBe(text);
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

test.each(["Zg", "Zg=", "Zg===", "Z===", "=", "Zm9v=", "Zm9*", "Zm-_", "Zg==Zg==", "Zm 9v"])(
  "%j is not in base 64",
  (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  },
);

test("base 64 may be broken into lines", () => {
  expect(decodeBase64("Zm9v\r\nYmFy\n")).toEqual(encodeUtf8("foobar"));
});

test.each([
  ["", ""],
  ["f", "my"],
  ["fo", "mzxq"],
  ["foo", "mzxw6"],
  ["foob", "mzxw6yq"],
  ["fooba", "mzxw6ytb"],
  ["foobar", "mzxw6ytboi"],
])("base 32 of %j is the example of RFC 4648, section 10, without its padding", (text, expected) => {
  expect(base32(encodeUtf8(text), 99)).toBe(expected);
});

test("base 32 gives as many characters as asked for, always the first ones of the whole", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(110), (bytes, characters) => {
      const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
      const groups = bits.match(/.{1,5}/g) ?? [];
      const whole = groups.map(
        (group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group.padEnd(5, "0"), 2)],
      );
      expect(base32(bytes, characters)).toBe(whole.slice(0, characters).join(""));
    }),
  );
});
