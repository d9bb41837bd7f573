import { type Attributes, bytesOf, parseAttributes, textOf } from "../netlink/attributes.ts";
import { number32Of } from "./big-endian.ts";
import {
  Comparison,
  maskAndXor,
  NftaBitwise,
  NftaComparison,
  NftaData,
  NftaExtension,
  NftaMeta,
  NftaPayload,
} from "./constants.ts";
import { type Expression, expressionsIn, onlyValueIn } from "./expressions.ts";
import { type Verdict, verdictOfImmediate, verdictOfMasq, verdictOfTarget } from "./verdict.ts";
import { isZeroFrom } from "./zero-ended.ts";

/** What a rule says: what a packet must be like, and what becomes of it then. */
export interface Statement {
  /** In the order of the rule. All of them must hold. */
  readonly matches: readonly Match[];
  /** The next rule follows when absent. */
  readonly verdict: Verdict | undefined;
}

/** Something that a packet must be like. */
export type Match = FieldMatch | MetaMatch | Extension;

/** A field of a header begins with certain bits, or does not. */
export interface FieldMatch extends Field {
  readonly kind: "field";
  readonly negated: boolean;
  /** As many bytes as were loaded; those bits of them that do not count are 0. */
  readonly value: Uint8Array;
  /** How many bits of it count. */
  readonly bits: number;
}

/** Where bytes of a packet are. */
interface Field {
  /** What the offset counts from (NFT_PAYLOAD_). */
  readonly base: number;
  /** In bytes. */
  readonly offset: number;
}

/** Something else that is known of a packet (NFT_META_) is equal to a value, or is not. */
export interface MetaMatch {
  readonly kind: "meta";
  readonly key: number;
  readonly negated: boolean;
  readonly value: Uint8Array;
}

/** An extension of iptables finds that it matches. */
export interface Extension {
  readonly kind: "extension";
  readonly name: string;
  readonly revision: number;
  /** What it was told, in a form of its own. */
  readonly info: Uint8Array;
}

/** What an expression loaded into a register, for the next ones to look at. */
type Loaded = { readonly register: number } & (
  | (Field & { readonly kind: "field"; readonly length: number; readonly bits: number })
  | { readonly kind: "meta"; readonly key: number }
);

/** A rule that is being read. */
interface Reading {
  readonly matches: Match[];
  loaded: Loaded | undefined;
  verdict: Verdict | undefined;
}

/**
 * Reads the expressions of a rule (NFTA_RULE_EXPRESSIONS). In native executables, native/statement.c takes this
 * function's place.
 *
 * @returns undefined where there is anything in them that is not known here, so that a rule never says less than it
 *   does.
 */
export function parseStatement(bytes: Uint8Array): Statement | undefined {
  const reading: Reading = { matches: [], loaded: undefined, verdict: undefined };
  for (const expression of expressionsIn(bytes) ?? [unreadable]) {
    // What comes behind a verdict would never be reached; nobody writes such a rule.
    if (reading.verdict !== undefined || !read(reading, expression)) return undefined;
  }
  return reading.loaded === undefined ? { matches: reading.matches, verdict: reading.verdict } : undefined;
}

/** Stands for expressions that are none, and is not understood. */
const unreadable: Expression = { name: "", data: new Uint8Array() };

/** Reads an expression. @returns whether it is understood */
function read(reading: Reading, { name, data }: Expression): boolean {
  switch (name) {
    case "counter":
      // It only counts.
      return true;
    case "payload":
      return load(reading, fieldOf(parseAttributes(data)));
    case "meta":
      return load(reading, metaOf(parseAttributes(data)));
    case "bitwise":
      return mask(reading, parseAttributes(data));
    case "cmp":
      return compare(reading, parseAttributes(data));
    case "match":
      return match(reading, parseAttributes(data));
    case "immediate":
      return end(reading, verdictOfImmediate(parseAttributes(data)));
    case "target":
      return end(reading, verdictOfTarget(parseAttributes(data)));
    case "masq":
      return end(reading, verdictOfMasq(data));
    default:
      return false;
  }
}

function end(reading: Reading, verdict: Verdict | undefined): boolean {
  reading.verdict = verdict;
  return verdict !== undefined;
}

function load(reading: Reading, loaded: Loaded | undefined): boolean {
  if (reading.loaded !== undefined) return false;
  reading.loaded = loaded;
  return loaded !== undefined;
}

function fieldOf(data: Attributes): Loaded | undefined {
  const register = number32Of(data, NftaPayload.register);
  const base = number32Of(data, NftaPayload.base);
  const offset = number32Of(data, NftaPayload.offset);
  const length = number32Of(data, NftaPayload.length);
  // Without a register, it writes into the packet.
  if (register === undefined || base === undefined || offset === undefined || length === undefined)
    return undefined;
  return { kind: "field", register, base, offset, length, bits: length * 8 };
}

function metaOf(data: Attributes): Loaded | undefined {
  const register = number32Of(data, NftaMeta.register);
  const key = number32Of(data, NftaMeta.key);
  return register === undefined || key === undefined ? undefined : { kind: "meta", register, key };
}

/** A mask of a field that leaves its first bits. */
function mask(reading: Reading, data: Attributes): boolean {
  const { loaded } = reading;
  if (loaded?.kind !== "field" || loaded.bits !== loaded.length * 8) return false;
  if (number32Of(data, NftaBitwise.source) !== loaded.register) return false;
  if (number32Of(data, NftaBitwise.register) !== loaded.register) return false;
  if (number32Of(data, NftaBitwise.length) !== loaded.length) return false;
  if ((number32Of(data, NftaBitwise.operation) ?? maskAndXor) !== maskAndXor) return false;
  const ones = valueIn(data, NftaBitwise.mask);
  const flipped = valueIn(data, NftaBitwise.xor);
  if (ones?.length !== loaded.length || flipped === undefined || !isZeroFrom(flipped, 0)) return false;
  const bits = leadingOnes(ones);
  reading.loaded = bits === undefined ? undefined : { ...loaded, bits };
  return bits !== undefined;
}

/** How many bits are 1, when these are the first ones, and no others are. */
function leadingOnes(bytes: Uint8Array): number | undefined {
  let full = 0;
  while (bytes[full] === 0xff) full++;
  if (full === bytes.length) return full * 8;
  const byte = bytes[full] as number;
  const ones = Math.clz32(~(byte << 24));
  return byte === highest(ones) && isZeroFrom(bytes, full + 1) ? full * 8 + ones : undefined;
}

/** A byte whose first bits are 1. */
function highest(bits: number): number {
  return (0xff00 >> bits) & 0xff;
}

function compare(reading: Reading, data: Attributes): boolean {
  const { loaded } = reading;
  const operator = number32Of(data, NftaComparison.operator);
  const value = valueIn(data, NftaComparison.data);
  if (loaded === undefined || value === undefined) return false;
  if (number32Of(data, NftaComparison.register) !== loaded.register) return false;
  if (operator !== Comparison.equal && operator !== Comparison.different) return false;
  const negated = operator === Comparison.different;
  reading.loaded = undefined;
  if (loaded.kind === "meta") {
    reading.matches.push({ kind: "meta", key: loaded.key, negated, value });
    return true;
  }
  const { base, offset, bits } = loaded;
  reading.matches.push({ kind: "field", base, offset, negated, value, bits });
  // With a bit that the mask takes away, it would never be equal.
  return value.length === loaded.length && isZeroBehind(bits, value);
}

function isZeroBehind(bits: number, bytes: Uint8Array): boolean {
  const full = bits >> 3;
  if (full >= bytes.length) return true;
  return ((bytes[full] as number) & ~highest(bits & 7)) === 0 && isZeroFrom(bytes, full + 1);
}

function match(reading: Reading, data: Attributes): boolean {
  const name = textOf(data, NftaExtension.name);
  const revision = number32Of(data, NftaExtension.revision);
  const info = bytesOf(data, NftaExtension.info);
  if (name === undefined || revision === undefined || info === undefined) return false;
  reading.matches.push({ kind: "extension", name, revision, info });
  return true;
}

/** The bytes of an attribute that holds a value (NFTA_DATA_VALUE). */
function valueIn(data: Attributes, type: number): Uint8Array | undefined {
  return onlyValueIn(bytesOf(data, type), NftaData.value);
}
