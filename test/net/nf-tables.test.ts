import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringifyCompact } from "../../lib/cni/json.ts";
import { asIptables } from "../../lib/net/firewall/as-iptables.ts";
import { asNft } from "../../lib/net/firewall/as-nft.ts";
import { asNftJson } from "../../lib/net/firewall/as-nft-json.ts";
import { renderRule } from "../../lib/net/firewall/iptables-rule.ts";
import { messagesWith } from "../../lib/net/netlink/messages-with.ts";
import { batch, chainQuestion, ruleQuestion, rulesQuestion } from "../../lib/net/nf-tables/messages.ts";
import { parseRule } from "../../lib/net/nf-tables/rule.ts";
import { parseStatement } from "../../lib/net/nf-tables/statement.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";
import { beyond, type Printer, understood } from "./kernel-rules.ts";

const seed = printedSeed("nf_tables");

describe("a message", () => {
  // As `nft -a list chain ip nat A` and `nft delete rule ip nat A handle 258` send them (nft 1.0.6, as strace showed it),
  // but for the number of the message, which is 1, and the name of the chain in the first.
  const nat = "0800 0100 6e617400";
  const chain = { family: "ip", table: "nat", chain: "A" } as const;
  const ofChain = `${nat}  0600 0200 4100 0000`;

  test("asks for the rules of a chain", () => {
    expect(hexOf(rulesQuestion(chain, 1))).toBe(
      withoutSpace(`24000000 070a 0103 01000000 00000000  02 00 0000  ${ofChain}`),
    );
  });

  test("asks for one of them", () => {
    expect(hexOf(ruleQuestion(chain, 2 ** 32 + 258, 1))).toBe(
      withoutSpace(
        `30000000 070a 0100 01000000 00000000  02 00 0000  ${ofChain}  0c00 0300 00000001 00000102`,
      ),
    );
  });

  test("asks for a chain", () => {
    expect(hexOf(chainQuestion({ ...chain, family: "bridge" }, 1))).toBe(
      withoutSpace(`24000000 040a 0100 01000000 00000000  07 00 0000  ${nat}  0600 0300 4100 0000`),
    );
  });

  test("deletes all that it is to, or nothing, and asks for an answer once", () => {
    const deletions = [
      { delete: "rule", chain: "A", handle: 258 },
      { delete: "all rules", chain: "A" },
      { delete: "chain", chain: "A" },
    ] as const;
    expect(hexOf(batch({ family: "ip6", table: "nat" }, deletions, 1))).toBe(
      withoutSpace(
        `14000000 1000 0100 01000000 00000000  00 00 000a
         30000000 080a 0100 01000000 00000000  0a 00 0000  ${ofChain}  0c00 0300 00000000 00000102
         24000000 080a 0100 01000000 00000000  0a 00 0000  ${ofChain}
         24000000 050a 0500 01000000 00000000  0a 00 0000  ${nat}  0600 0300 4100 0000
         14000000 1100 0100 01000000 00000000  00 00 000a`,
      ),
    );
  });
});

describe("a rule of the kernel", () => {
  test.each(understood)("reads $printed", ({ printer, expressions, printed }) => {
    expect(wordsOf(printer, bytesOf(expressions))).toBe(printed);
  });

  test.each(beyond)("is not understood when it says $printed", ({ printer, expressions }) => {
    expect(wordsOf(printer, bytesOf(expressions))).toBeUndefined();
  });

  test.each(understood)("with another bit in a value says something else than $printed", (rule) => {
    const expressions = bytesOf(rule.expressions);
    const ignored = ignoredBits(expressions);
    const unnoticed: string[] = [];
    for (let bit = 0; bit < expressions.length * 8; bit++) {
      const changed = Uint8Array.from(expressions);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const isSame = wordsOf(rule.printer, changed) === rule.printed;
      if (isSame && !ignored.has(bit)) unnoticed.push(`bit ${bit & 7} of byte ${bit >> 3}`);
    }
    expect(unnoticed).toEqual([]);
  });

  test.each(understood)("with one expression more or less says something else than $printed", (rule) => {
    const elements = elementsOf(bytesOf(rule.expressions));
    const others = [...understood, ...beyond].flatMap(({ expressions }) => elementsOf(bytesOf(expressions)));
    const isCounter = (element: Uint8Array) => nameIn(element) === "counter";
    for (const [index, element] of elements.entries()) {
      const without = elements.filter((_, at) => at !== index);
      if (!isCounter(element)) expect(wordsOf(rule.printer, joined(without))).not.toBe(rule.printed);
      for (const other of others) {
        const more = [...elements.slice(0, index), other, ...elements.slice(index)];
        if (!isCounter(other)) expect(wordsOf(rule.printer, joined(more))).not.toBe(rule.printed);
      }
    }
  });

  test("is told from those of other chains and tables, which old kernels tell of as well", () => {
    const rule = (table: string, chain: string) => ({
      ...{ type: 0xa06, flags: 2, sequence: 1 },
      body: bytesOf(`0200 0000  ${text(1, table)} ${text(2, chain)} 0c00 0300 0000000000000007`),
    });
    const nat = { family: "ip", table: "nat", chain: "A" } as const;
    const found = [rule("nat", "A"), rule("nat", "B"), rule("mangle", "A")].flatMap((each) =>
      parseRule(each, nat),
    );
    expect(found.map(({ handle }) => handle)).toEqual([7]);
  });

  test("has the comment that nft noted, behind whatever else it did", () => {
    const commentOf = (userdata: string) => {
      const length = (4 + userdata.length / 2).toString(16).padStart(2, "0");
      const handle = "0c00 0300 0000000000000007";
      const body = bytesOf(
        `02000000 ${text(1, "nat")} ${text(2, "A")} ${handle} ${length}00 0700 ${userdata}`,
      );
      const nat = { family: "ip", table: "nat", chain: "A" } as const;
      return parseRule({ type: 0xa06, flags: 2, sequence: 1, body }, nat)[0]?.comment;
    };
    expect(commentOf("0004c3a46200")).toBe("äb");
    expect(commentOf("01020000" + "0003616200")).toBe("ab");
    expect(commentOf("01020000")).toBeUndefined();
    // Longer than it is.
    expect(commentOf("0009616200")).toBeUndefined();
    expect(commentOf("")).toBeUndefined();
  });

  test("is read without a failure, whatever it is made of", () => {
    const rules = [...understood, ...beyond].map(({ expressions }) => bytesOf(expressions));
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const change = fc.tuple(place, fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(
        ...[fc.constantFrom(...rules), fc.array(change, { maxLength: 8 }), place],
        (rule, changes, end) => {
          const bytes = rule.slice(0, end > 0.5 ? undefined : Math.floor(end * 2 * rule.length));
          for (const [at, byte] of changes) bytes[Math.floor(at * bytes.length)] = byte;
          for (const printer of ["iptables", "ip6tables", "nft", "bridge"] as const) wordsOf(printer, bytes);
        },
      ),
      { seed, numRuns: trialsOf(2000) },
    );
  });
});

describe("messages with certain bytes", () => {
  test("are those that have them, and those that tell how it went", () => {
    const message = fc.record({
      type: fc.constantFrom(2, 3, 0xa06),
      flags: fc.constantFrom(0x2, 0x12),
      body: fc.uint8Array({ maxLength: 24, max: 2 }),
    });
    fc.assert(
      fc.property(
        ...[fc.array(message, { maxLength: 8 }), fc.uint8Array({ minLength: 1, maxLength: 3, max: 2 })],
        (messages, wanted) => {
          const all = messages.map(encoded);
          const expected = all.filter((each, index) => {
            const { type, flags } = messages[index] ?? {};
            return type !== 0xa06 || flags !== 2 || pairsOf(each).includes(pairsOf(wanted));
          });
          expect(messagesWith(wanted, joined(all.map(padded))).map(hexOf)).toEqual(expected.map(hexOf));
        },
      ),
      { seed, numRuns: trialsOf(1000) },
    );
  });
});

/** What a rule says, in the words of whoever would print it. */
function wordsOf(printer: Printer, expressions: Uint8Array): string | undefined {
  const statement = parseStatement(expressions);
  if (statement === undefined) return undefined;
  switch (printer) {
    case "iptables":
    case "ip6tables": {
      const rule = asIptables({ handle: 1, comment: undefined, statement }, printer === "iptables" ? 4 : 6);
      return rule && renderRule(rule);
    }
    case "nft":
      return asNft(statement);
    case "bridge": {
      const json = asNftJson(statement);
      return json && stringifyCompact(json);
    }
  }
}

/** The expressions of a rule, each with the header of its attribute. */
function elementsOf(expressions: Uint8Array): Uint8Array[] {
  return placesIn(expressions, 0, expressions.length).map(({ start, end }) =>
    expressions.subarray(start, end),
  );
}

/** The attributes between two places; `end` is where the next one begins. */
function placesIn(bytes: Uint8Array, from: number, to: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const places: { start: number; valueEnd: number; end: number; type: number }[] = [];
  for (let start = from; start < to; start = places.at(-1)?.end ?? to) {
    const valueEnd = start + view.getUint16(start, true);
    places.push({ start, valueEnd, end: (valueEnd + 3) & ~3, type: view.getUint16(start + 2, true) });
  }
  return places;
}

function nameIn(element: Uint8Array): string {
  const [name] = placesIn(element, 4, element.length);
  return Buffer.from(element.subarray((name?.start ?? 0) + 4, (name?.valueEnd ?? 1) - 1)).toString();
}

/**
 * The bits in which a rule may differ, and yet say the same: what a counter has counted, what is behind the end of a
 * comment, and what is around the values, which the kernel makes as it is.
 */
function ignoredBits(expressions: Uint8Array): Set<number> {
  const ignored = new Set<number>();
  const ignore = (from: number, to: number) => {
    for (let bit = from * 8; bit < to * 8; bit++) ignored.add(bit);
  };
  const visit = (from: number, to: number, path: string) => {
    for (const { start, valueEnd, end, type } of placesIn(expressions, from, to)) {
      const here = `${path}/${type}`;
      ignore(start, start + 4);
      ignore(valueEnd, end);
      if (here === "/1") {
        const name = nameIn(expressions.subarray(start, end));
        visit(start + 4, valueEnd, `/${name}`);
      } else if (nested.has(here)) visit(start + 4, valueEnd, here);
      else if (here === "/counter/2") ignore(start, end);
      else if (here === "/match/2/3" && expressions[start + 4] !== 0)
        ignore(expressions.indexOf(0, start + 4) + 1, valueEnd);
    }
  };
  visit(0, expressions.length, "");
  return ignored;
}

/** The attributes that hold others: the data of all expressions, and what is in those of some. */
const nested = new Set(
  ["payload", "meta", "cmp", "bitwise", "match", "target", "immediate", "masq"]
    .map((name) => `/${name}/2`)
    .concat("/cmp/2/3", "/bitwise/2/4", "/bitwise/2/5", "/immediate/2/2", "/immediate/2/2/2"),
);

/** A message of a datagram, without what pads it. */
function encoded({ type, flags, body }: { type: number; flags: number; body: Uint8Array }): Uint8Array {
  const bytes = new Uint8Array(16 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  bytes.set(body, 16);
  return bytes;
}

function padded(bytes: Uint8Array): Uint8Array {
  return joined([bytes, new Uint8Array(-bytes.length & 3)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** An attribute with a text, in hexadecimal. */
function text(type: number, value: string): string {
  const bytes = padded(Buffer.from(`\0\0\0\0${value}\0`));
  new DataView(bytes.buffer).setUint16(0, 4 + value.length + 1, true);
  new DataView(bytes.buffer).setUint16(2, type, true);
  return hexOf(bytes);
}

function withoutSpace(hex: string): string {
  return hex.replaceAll(/\s/g, "");
}

function bytesOf(hex: string): Uint8Array {
  const whole = hex.replaceAll(/00\*(\d+)/g, (_, count) => "00".repeat(Number(count)));
  return Uint8Array.from(Buffer.from(withoutSpace(whole), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The bytes apart from each other, so that none of them is found across two. */
function pairsOf(bytes: Uint8Array): string {
  return `,${[...bytes].join(",")},`;
}
