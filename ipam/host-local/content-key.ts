import { newDigestOf } from "../../lib/encoding/digest.ts";

/** The bytes of a record's key: what of a digest is kept, and an IPv6 address. */
export const keySize = 16;

/** What stands for the content of a lease in a table: the first bytes of its SHA-512 (docs/formats.md). */
export function contentKey(content: string): Uint8Array {
  return newDigestOf(content).slice(0, keySize);
}

/** In which page of a table a key is at home. @param length How many pages the table has: a power of two */
export function homeOf([first = 0, second = 0, third = 0]: Uint8Array, length: number): number {
  return ((first << 16) | (second << 8) | third) & (length - 1);
}
