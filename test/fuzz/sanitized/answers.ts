import { encodeHex } from "../../../lib/encoding/hex.ts";
import { escapeHtml } from "../../../lib/encoding/html.ts";
import { sha512 } from "../../../lib/encoding/sha512.ts";
import { decodeUtf8, encodeUtf8 } from "../../../lib/encoding/utf8.ts";
import { addressDigits } from "../../../lib/ip/address-digits.ts";
import { attributeValues } from "../../../lib/net/netlink/attribute-values.ts";
import { message } from "../../../lib/net/netlink/compose.ts";
import type { Attribute } from "../../../lib/net/netlink/message.ts";
import { messagesWith } from "../../../lib/net/netlink/messages-with.ts";
import { parseMessages } from "../../../lib/net/netlink/parse-messages.ts";
import { parseStatement } from "../../../lib/net/nf-tables/statement.ts";

/**
 * What the functions of native/ that read bytes make of some, as text; the same where their modules answer instead. Each
 * takes the last of its arguments from the end of the bytes, where the sanitizers watch that nothing behind is read.
 */
export const answers: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  statement: (bytes) => show(parseStatement(bytes)),
  messages: (bytes) => show(parseMessages(bytes)),
  "messages-with": (bytes) => {
    const length = 1 + ((bytes[0] ?? 0) % 8);
    return show(messagesWith(bytes.subarray(1, 1 + length), bytes.subarray(1 + length)));
  },
  attributes: (bytes) => show([...attributeValues(bytes.subarray(1), (bytes[0] ?? 0) % 32)]),
  compose: (bytes) => {
    const [type = 0, flags = 0, sequence = 0, length = 0] = bytes;
    const end = 4 + (length % 32);
    return show(
      message(type * 257, flags * 257, sequence * 0x1010101, bytes.slice(4, end), attributesOf(bytes, end)),
    );
  },
  "decode-utf8": (bytes) => {
    const [start = 0, end = 0] = bytes;
    const text = bytes.subarray(2);
    return show([decodeUtf8(text), decodeUtf8(text, start), decodeUtf8(text, start, end)]);
  },
  "encode-utf8": (bytes) => show(encodeUtf8(textOf(bytes))),
  address: (bytes) =>
    show([addressDigits(textOf(bytes)) ?? "none", addressDigits(asAddress(bytes)) ?? "none"]),
  hex: (bytes) => {
    const length = (bytes[0] ?? 0) % 8;
    return show(encodeHex(bytes.subarray(1 + length), textOf(bytes.subarray(1, 1 + length))));
  },
  html: (bytes) => show(escapeHtml(textOf(bytes))),
  sha512: (bytes) => show(sha512(bytes)),
};

/** A text of what addresses are made of. */
function asAddress(bytes: Uint8Array): string {
  const characters = "0123456789abcdefABCDEF::::....%/ ";
  return Array.from(bytes, (byte) => characters[byte % characters.length]).join("");
}

/** Any text, also with half surrogate pairs: two bytes a unit. */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2)
    text += String.fromCharCode((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  return text;
}

/** Attributes of all kinds, up to three deep, as the bytes from `start` on would have them. */
function attributesOf(bytes: Uint8Array, start: number): Attribute[] {
  let at = start;
  const next = () => bytes[at++] ?? 0;
  const attribute = (depth: number): Attribute => {
    const [type, kind, length] = [next() | (next() << 8), next() % (depth < 3 ? 5 : 3), next()];
    const part = bytes.slice(at, at + length);
    if (kind === 0) return { type, value: length * 0x1010101 };
    if (kind === 3) return { type, value: Array.from({ length: length % 4 }, () => attribute(depth + 1)) };
    at += length;
    if (kind === 1) return { type, value: textOf(part) };
    if (kind === 2) return { type, value: part };
    return { type, value: [part, attribute(depth + 1)] };
  };
  const attributes: Attribute[] = [];
  while (at < bytes.length) attributes.push(attribute(0));
  return attributes;
}

/** As JSON, with bytes in hexadecimal digits, which no function of native/ has made. */
function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? digitsOf(part) : part)) ?? "undefined"
  );
}

function digitsOf(bytes: Uint8Array): string {
  let digits = "";
  for (const byte of bytes) digits += (byte < 16 ? "0" : "") + byte.toString(16);
  return digits;
}
