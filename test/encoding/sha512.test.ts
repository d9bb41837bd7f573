import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeHex } from "../../lib/encoding/hex.ts";
import { sha512 } from "../../lib/encoding/sha512.ts";
import { encodeUtf8 } from "../../lib/encoding/utf8.ts";

function oracle(bytes: Uint8Array): string {
  return createHash("sha512").update(bytes).digest("hex");
}

test("the hash of every length around the borders of blocks is that of node:crypto", () => {
  for (let length = 0; length <= 400; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + length) & 0xff);
    expect(encodeHex(sha512(bytes)), `${length} bytes`).toBe(oracle(bytes));
  }
});

test("the hash of any bytes is that of node:crypto", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
      expect(encodeHex(sha512(bytes))).toBe(oracle(bytes));
    }),
  );
});

test("the hash of abc is the example of FIPS 180-4", () => {
  expect(encodeHex(sha512(encodeUtf8("abc")))).toBe(
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  );
});
