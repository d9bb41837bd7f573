import { CniError, Code } from "./error.ts";
import { excerpt } from "./excerpt.ts";
import { isObject, type Json, type JsonObject, setMember, stringifyCompact } from "./json.ts";
import type { Schema } from "./schema.ts";

/** How strictly to read a configuration, and where to say what was odd about it. */
export interface DecodeOptions {
  /**
   * Leave out what does not fit, with a warning, instead of failing: DEL has to work with a configuration that
   * has become invalid since ADD.
   */
  readonly lenient: boolean;
  readonly warn: (text: string) => void;
}

/**
 * Checks a JSON value against a schema, and returns it as its type.
 *
 * As Go's decoder does it: keys of known members are matched whatever their case (with a warning), null is
 * absent, and members that the schema does not know stay.
 *
 * Of the alternatives of an `anyOf`, the first that `value` fits counts, its members left out: at most one of them may
 * be an object.
 *
 * @throws CniError 7 with the JSON pointer (RFC 6901), the rule that was broken, and what was found, unless lenient.
 */
export function decode<T>(schema: Schema, value: Json, options: DecodeOptions): T {
  return decodeAt(undefined, schema, value, options) as T;
}

/** A part of a document; undefined is all of it. Its path is put together only for those who read it. */
type Place = { readonly parent: Place; readonly key: string | number } | undefined;

/** The value that a schema makes of `value`, which is what is at `place`; undefined where it is left out. */
function decodeAt(place: Place, schema: Schema, value: Json, options: DecodeOptions): Json {
  const broken = brokenRule(schema, value);
  if (broken !== undefined) {
    if (!options.lenient) throw invalid(place, broken, value);
    options.warn(`ignored ${pathOf(place) || "/"}: ${broken}, found ${excerpt(value)}`);
    return undefined;
  }
  if (typeof value !== "object") return value;
  const alternative = schema.anyOf?.find((each) => brokenRule(each, value) === undefined);
  if (alternative !== undefined) return decodeAt(place, alternative, value, options);
  if (isObject(value) && schema.properties !== undefined) return decodeMembers(place, schema, value, options);
  if (Array.isArray(value) && schema.items !== undefined) {
    const items = schema.items;
    return value
      .map((item: Json, key: number) => decodeAt({ parent: place, key }, items, item, options))
      .filter((item: Json) => item !== undefined);
  }
  return value;
}

function decodeMembers(place: Place, schema: Schema, value: JsonObject, options: DecodeOptions): JsonObject {
  const known = schema.properties ?? {};
  const decoded: Record<string, Json> = {};
  // Keys alone, since the native engine takes its time over pairs.
  for (const key of Object.keys(value)) {
    const member = value[key];
    const name = Object.hasOwn(known, key) ? key : foldedName(known, key);
    if (name !== undefined && name !== key) {
      options.warn(`${pathOf({ parent: place, key })} is read as ${pathOf({ parent: place, key: name })}`);
    }
    const target = name ?? key;
    const memberSchema = name === undefined ? undefined : known[name];
    const isFit = memberSchema === undefined || member === null || isPlain(memberSchema, member);
    const result = isFit ? member : decodeAt({ parent: place, key: target }, memberSchema, member, options);
    if (result === undefined || (result === null && memberSchema !== undefined)) continue;
    setMember(decoded, target, result);
  }
  const missing = schema.required?.find((key) => !Object.hasOwn(decoded, key));
  if (missing !== undefined && !options.lenient) {
    throw new CniError(
      Code.invalidConfiguration,
      `${pathOf({ parent: place, key: missing })} is missing`,
      "the configuration must have it",
    );
  }
  return decoded;
}

/** Whether a value is neither a list nor an object, and breaks no rule: most are. */
function isPlain(schema: Schema, value: Json): boolean {
  return typeof value !== "object" && brokenRule(schema, value) === undefined;
}

/** The JSON pointer to a place (RFC 6901); empty for all of the document. */
function pathOf(place: Place): string {
  if (place === undefined) return "";
  return `${pathOf(place.parent)}/${String(place.key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

const listed = new WeakMap<object, readonly string[]>();

/** The names of members. The native engine takes longer to list them than for all else here. */
function namesOf(known: Readonly<Record<string, Schema>>): readonly string[] {
  const names = listed.get(known) ?? Object.keys(known);
  listed.set(known, names);
  return names;
}

/** The member that Go's decoder would take `key` for. */
function foldedName(known: Readonly<Record<string, Schema>>, key: string): string | undefined {
  let folded: string | undefined;
  for (const name of namesOf(known)) {
    if (name.length !== key.length) continue;
    folded ??= key.toLowerCase();
    if (name.toLowerCase() === folded) return name;
  }
  return undefined;
}

/** The rule of `schema` that `value` itself breaks (its members and items left out). */
function brokenRule(schema: Schema, value: Json): string | undefined {
  if (schema.anyOf !== undefined) return brokenAlternatives(schema.anyOf, value);
  if (schema.const !== undefined && value !== schema.const)
    return `must be ${stringifyCompact(schema.const as Json)}`;
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return `must be one of ${schema.enum.map((each) => stringifyCompact(each as Json)).join(", ")}`;
  }
  if (schema.type !== undefined && !hasType(schema.type, value)) return `must be ${article(schema.type)}`;
  if (typeof value === "number") return brokenNumberRule(schema, value);
  if (typeof value === "string") return brokenTextRule(schema, value);
  return undefined;
}

/** The rule that is broken by all of these. Where one of them asks for this kind of value, that one's. */
function brokenAlternatives(alternatives: readonly Schema[], value: Json): string | undefined {
  const broken = alternatives.map((each) => brokenRule(each, value));
  if (broken.includes(undefined)) return undefined;
  const closest = alternatives.findIndex((each) => each.const === undefined && isOfKind(each, value));
  if (closest >= 0) return broken[closest];
  return `must fit one of ${alternatives.map((each) => stringifyCompact((each.const ?? each.type) as Json)).join(", ")}`;
}

function isOfKind({ type }: Schema, value: Json): boolean {
  return type === "integer" ? typeof value === "number" : type !== undefined && hasType(type, value);
}

function hasType(type: NonNullable<Schema["type"]>, value: Json): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
  }
}

function brokenNumberRule({ minimum, maximum }: Schema, value: number): string | undefined {
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  return undefined;
}

function brokenTextRule({ minLength, maxLength, pattern }: Schema, value: string): string | undefined {
  if (minLength !== undefined && value.length < minLength)
    return `must have at least ${minLength} characters`;
  if (maxLength !== undefined && value.length > maxLength) return `must have at most ${maxLength} characters`;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return `must match ${pattern}`;
  return undefined;
}

function invalid(place: Place, rule: string, value: Json): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `${pathOf(place) || "/"} ${rule}`,
    `found ${excerpt(value)}`,
  );
}

function article(type: string): string {
  return /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;
}
