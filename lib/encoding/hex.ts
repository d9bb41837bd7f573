/**
 * The bytes as pairs of lower-case hexadecimal digits.
 *
 * In native executables, native/text.c takes this function's place.
 *
 * @param separator What stands between two pairs; nothing when absent.
 */
export function encodeHex(bytes: Uint8Array, separator = ""): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(separator);
}
