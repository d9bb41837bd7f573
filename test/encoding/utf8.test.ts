import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../../lib/encoding/utf8.ts";

/** Bytes that are nearly UTF-8: whole characters, and pieces that break the rules of table 3-7 of Unicode. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }).map((text) => [...new TextEncoder().encode(text)]),
      fc.array(
        fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec),
      ),
      fc.array(fc.constantFrom(0x80, 0xbf, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff, 0xbb)),
    ),
  )
  .map((pieces) => Uint8Array.from(pieces.flat()));

test("a text is encoded as TextEncoder does it, also with halves of surrogate pairs", () => {
  const anyText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: "binary" })), (text) => {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    }),
  );
});

test("bytes are decoded as TextDecoder does it, also those that are no UTF-8", () => {
  const oracle = new TextDecoder("utf-8", { ignoreBOM: true });
  fc.assert(
    fc.property(fc.oneof(nearlyUtf8, fc.uint8Array()), (bytes) => {
      expect(decodeUtf8(bytes)).toBe(oracle.decode(bytes));
    }),
    { numRuns: 2000 },
  );
});
