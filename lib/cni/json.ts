import { escapeHtml } from "../encoding/html.ts";
import { CniError, Code } from "./error.ts";

/** What JSON can say; members that are undefined are not there. */
export type Json =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** Whether a value is a JSON object (no array, not null). */
export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value with the members of all objects in the order of the alphabet. */
export function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const object: Record<string, Json> = {};
  for (const key of Object.keys(value).sort()) setMember(object, key, sorted(value[key]));
  return object;
}

/** Makes it an own property, whatever its name: `__proto__` is a key like any other. */
export function setMember(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== "__proto__") object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * A value as text, as Go's encoding/json indents it with four blanks: characters that mean something in HTML are
 * escaped, and there is no newline at the end.
 */
export function stringify(value: Json): string {
  return escapeHtml(JSON.stringify(value, null, 4));
}

/** A value as text without blanks, otherwise as {@linkcode stringify}. */
export function stringifyCompact(value: Json): string {
  return escapeHtml(JSON.stringify(value));
}

/**
 * Reads JSON.
 *
 * @param what What is read, for the error: `network config`.
 * @throws CniError 6 with what the parser said.
 */
export function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CniError(Code.undecodable, `error unmarshall ${what}: ${reason}`);
  }
}
