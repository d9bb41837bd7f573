/** Shows what the functions answer of which native executables have others: see scripts/build/native-modules.mjs. */

import { system } from "#system";
import { decodeBase64, encodeBase64 } from "../../../lib/encoding/base64.ts";
import { encodeHex } from "../../../lib/encoding/hex.ts";
import { escapeHtml } from "../../../lib/encoding/html.ts";
import { sha512 } from "../../../lib/encoding/sha512.ts";
import { decodeUtf8, encodeUtf8 } from "../../../lib/encoding/utf8.ts";
import { addressDigits } from "../../../lib/ip/address-digits.ts";
import { attributeValues } from "../../../lib/net/netlink/attribute-values.ts";
import { message } from "../../../lib/net/netlink/compose.ts";
import { nest, text, uint8, uint32 } from "../../../lib/net/netlink/message.ts";
import { parseMessages } from "../../../lib/net/netlink/parse-messages.ts";
import { parseStatement } from "../../../lib/net/nf-tables/statement.ts";
import { beyond, understood } from "../../net/kernel-rules.ts";
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

/** Parts of addresses put together, of which now and then an address comes. */
function almostAddress(number: number): string {
  const octets = ["0", "1", "255", "256", "01", "", "1e1", " 1", "10", "7"];
  const groups = ["0", "1", "ffff", "FfFf", "00001", "", "abc", "::", "1.2.3.4", "g", "0:0:0", "1:2:3:4"];
  const [parts, separator] = number % 2 === 0 ? [octets, "."] : [groups, ":"];
  const usual = number % 2 === 0 ? 4 : 1 + (number % 8);
  const random = bytes(`address ${number}`, number % 7 === 0 ? 5 : usual);
  return Array.from(random, (byte) => parts[byte % parts.length] ?? "").join(separator);
}

/** Expressions of rules, as the kernel tells of them. */
const rules = [...understood, ...beyond].map(({ expressions }) => bytesOf(expressions));

function bytesOf(hex: string): Uint8Array {
  const whole = hex.replace(/00\*(\d+)/g, (_, count) => "00".repeat(Number(count))).replace(/\s/g, "");
  return Uint8Array.from({ length: whole.length / 2 }, (_, at) =>
    Number.parseInt(whole.slice(2 * at, 2 * at + 2), 16),
  );
}

/** A rule with some of its bytes changed, or cut off, most of them where that is noticed: where attributes begin. */
function almostRule(rule: Uint8Array, number: number): Uint8Array {
  const changed = rule.slice(0, number % 5 === 0 ? (number * 29) % rule.length : undefined);
  const random = bytes(`rule ${number}`, 12);
  for (let at = 0; at < number % 4; at++) {
    const [high = 0, low = 0, byte = 0] = random.subarray(3 * at, 3 * at + 3);
    changed[(high * 256 + low) % (changed.length || 1)] = byte % 2 === 0 ? byte : byte % 12;
  }
  return changed;
}

function told(rule: Uint8Array): string {
  return (
    JSON.stringify(parseStatement(rule), (_, value) =>
      value instanceof Uint8Array ? encodeHex(value) : value,
    ) ?? "not understood"
  );
}

const addresses = [
  ...[
    "",
    "10.1.2.3",
    "0.0.0.0",
    "255.255.255.255",
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.4 ",
    "+1.2.3.4",
  ],
  ...[
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "0x1.2.3.4",
    "1.2.3.4\0",
    "1e0.2.3.4",
    "::",
    "::1",
    "1::",
    "fd00:10:10::2",
    "FD00::AbCd",
  ],
  ...[
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7:8",
  ],
  ...[
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8::",
    "1::2::3",
    ":::",
    ":1",
    "1:",
    ":1::",
    "::1:",
    "12345::",
    "::g",
    "::1\0",
  ],
  ...[
    "::ffff:10.1.2.3",
    "::10.1.2.3",
    "1:2:3:4:5:6:10.1.2.3",
    "1:2:3:4:5:6:7:10.1.2.3",
    "1:2:3:4:5:10.1.2.3",
    "::ffff:010.1.2.3",
  ],
  ...[
    "::10.1.2.3:1",
    "10.1.2.3::",
    "::1.2.3",
    "fe80::1%eth0",
    "1:2",
    "\u0661.2.3.4",
    "::\uff11",
    "::\udc00",
    "1.2.3.4/8",
  ],
];

const numbers = Array.from({ length: 500 }, (_, number) => number);
const texts = [
  "",
  "a<b",
  "x&&y>",
  "\u2028\u2029\u2027",
  "€ ẞ 𝄞",
  "\ud800",
  "a\udc00b",
  "<\udc00",
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
    encodeHex(bytes("hex", 2), "\udc00"),
  ]);
  // Not of native/, but of the engine, where Node.js has them in steps.
  observe("base 64", () => [0, 1, 2, 3, 4, 50].map((length) => encodeBase64(bytes("base 64", length))));
  observe("from base 64", () =>
    [
      ...[
        "",
        "AA==",
        "AQI=",
        "AQID",
        "AQIDBA==",
        "A",
        "AQ",
        "AQ=",
        "AQ==AQ==",
        "A===",
        "====",
        "=AAA",
        "AR==",
        "AQJ=",
      ],
      ...["AQ\n==", "\r\nAQID\r\n", " AQID", "AQ ID", "AQ\tID", "-_-_", "A\0AA", "AQI\u00e9"],
    ].map((text) => {
      const decoded = decodeBase64(text);
      return decoded === undefined ? "none" : encodeHex(decoded);
    }),
  );
  observe("base 64, there and back", () =>
    digestOf(
      numbers.map((number) =>
        encodeBase64(decodeBase64(encodeBase64(bytes(`${number}`, number))) ?? bytes("", 0)),
      ),
    ),
  );
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
  observe("addresses", () => addresses.map((text) => addressDigits(text) ?? "none"));
  observe("addresses that are mostly none", () => {
    const told = [...numbers, ...numbers.map((number) => number + numbers.length)]
      .map(almostAddress)
      .map(addressDigits);
    return [`${told.filter((digits) => digits !== undefined).length} are some`, digestOf(told.map(String))];
  });
  observe("attributes", () =>
    [...attributeValues(Uint8Array.of(8, 0, 3, 0x80, 1, 2, 3, 4, 5, 0, 7, 0, 9), 0)].slice(0, 9),
  );
  observe("attributes that are none", () =>
    digestOf(numbers.map((number) => attributeValues(almostAttributes(number), number % 3).join())),
  );
  observe("a message", () => {
    const inner = [text(1, "äb"), bytes("fixed", 3), uint8(0x8002, 7), nest(3)];
    const attributes = [
      uint32(1, 0xfffffffe),
      text(2, ""),
      nest(0x4003, ...inner),
      nest(4, bytes("last", 3)),
      uint32(5, 1),
    ];
    return encodeHex(message(16, 0x605, 0xfffffffd, bytes("fixed", 6), attributes));
  });
  observe("a long message", () => {
    const attributes = numbers.map((number) => text(number, "x".repeat(number)));
    return digestOf([encodeHex(message(1, 2, 3, new Uint8Array(), attributes))]);
  });
  observe("messages", () => {
    const whole = message(16, 0x605, 0xfffffffd, bytes("fixed", 6), [text(1, "ab")]);
    const datagram = Uint8Array.of(...whole, ...whole, 16, 0, 0, 0, 9);
    return parseMessages(datagram).map(({ body, ...header }) => ({ ...header, body: encodeHex(body) }));
  });
  observe("messages that are none", () =>
    digestOf(
      numbers.map((number) =>
        parseMessages(almostAttributes(number))
          .map(({ type, flags, sequence, body }) => [type, flags, sequence, encodeHex(body)].join())
          .join(" "),
      ),
    ),
  );
  observe("rules", () => rules.map(told));
  observe("rules with a bit changed", () =>
    digestOf(
      rules.flatMap((rule) =>
        Array.from(rule, (_, at) => {
          const changed = rule.slice();
          changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
          return told(changed);
        }),
      ),
    ),
  );
  observe("rules that are hardly any", () =>
    digestOf(rules.flatMap((rule) => numbers.slice(0, 50).map((number) => told(almostRule(rule, number))))),
  );
  return 0;
});
