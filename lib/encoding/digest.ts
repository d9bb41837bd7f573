import { sha512 } from "./sha512.ts";
import { encodeUtf8 } from "./utf8.ts";

const known = new Map<string, Uint8Array>();

/**
 * The SHA-512 of a text in UTF-8. It is remembered: one call asks for the same few again and again, and an interpreter
 * takes its time over each.
 */
export function digestOf(text: string): Uint8Array {
  const digest = known.get(text) ?? newDigestOf(text);
  known.set(text, digest);
  return digest;
}

/** The same, but not remembered: for one of very many texts. */
export function newDigestOf(text: string): Uint8Array {
  return sha512(encodeUtf8(text));
}
