/** Shows what the functions answer of which native executables have others: see scripts/build/native-modules.mjs. */

import { system } from "#system";
import { encodeHex } from "../../../lib/encoding/hex.ts";
import { escapeHtml } from "../../../lib/encoding/html.ts";
import { sha512 } from "../../../lib/encoding/sha512.ts";
import { decodeUtf8, encodeUtf8 } from "../../../lib/encoding/utf8.ts";
import { attributeValues } from "../../../lib/net/netlink/attribute-values.ts";
import { observe } from "./observations.ts";

/** Bytes that look random, and are the same each time. */
function bytes(seed: string, length: number): Uint8Array {
  const made = new Uint8Array(length);
  for (let at = 0; at < length; at += 64)
    made.set(sha512(encodeUtf8(`${seed} ${at}`)).subarray(0, length - at), at);
  return made;
}

/** Bytes of which many are the beginning or the middle of a character. */
function almostText(number: number): Uint8Array {
  const starts = [0x41, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff, 0x80, 0xbf, 0xa0, 0x9f, 0x90, 0x8f, 0x00];
  return bytes(`text ${number}`, number % 40).map((byte) => starts[byte % starts.length] ?? byte);
}

/** What makes sense to nobody, but whose lengths and types are small. */
function almostAttributes(number: number): Uint8Array {
  return bytes(`attributes ${number}`, 4 + (number % 200)).map((byte, index) =>
    index % 4 === 0 ? byte % 24 : index % 4 === 2 ? byte : index % 4 === 3 ? byte & 0xc0 : 0,
  );
}

const numbers = Array.from({ length: 500 }, (_, number) => number);
const texts = [
  "",
  "a<b",
  "x&&y>",
  "\u2028\u2029\u2027",
  "€ ẞ 𝄞",
  "\ud800",
  "a\udc00b",
  "\0",
  "<".repeat(99),
  "plain",
];

/** A hash of many answers, in place of all of them. */
function digestOf(answers: readonly string[]): string {
  return encodeHex(sha512(encodeUtf8(answers.join("\n")))).slice(0, 32);
}

system.run(() => {
  observe("hex", () => [
    encodeHex(bytes("hex", 9)),
    encodeHex(bytes("hex", 6), ":"),
    encodeHex(bytes("", 0), ", "),
  ]);
  observe("html", () => texts.map(escapeHtml));
  observe("utf8", () => texts.map((text) => encodeHex(encodeUtf8(text), " ")));
  observe("text", () => texts.map((text) => decodeUtf8(encodeUtf8(text))));
  observe("part of a text", () => [
    decodeUtf8(encodeUtf8("abcdef"), 2),
    decodeUtf8(encodeUtf8("abcdef"), 2, 4),
    decodeUtf8(encodeUtf8("abcdef"), 4, 2),
    decodeUtf8(encodeUtf8("abcdef"), 9),
    decodeUtf8(encodeUtf8("a€b"), 0, 3),
  ]);
  observe("texts that are none", () => digestOf(numbers.map((number) => decodeUtf8(almostText(number)))));
  observe("attributes", () =>
    [...attributeValues(Uint8Array.of(8, 0, 3, 0x80, 1, 2, 3, 4, 5, 0, 7, 0, 9), 0)].slice(0, 9),
  );
  observe("attributes that are none", () =>
    digestOf(numbers.map((number) => attributeValues(almostAttributes(number), number % 3).join())),
  );
  return 0;
});
