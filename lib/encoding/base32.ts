/** RFC 4648, section 6, in lower case: letters and digits that fit into any name. */
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * The first characters of the bytes in base 32, lower case and without padding (RFC 4648, section 6).
 *
 * @param characters How many: each stands for five bits. More than the bytes hold are not made up.
 * @example
 * ```ts
 * base32(sha512(encodeUtf8("net0")), 4); // 4 characters, 20 bits of the hash
 * ```
 */
export function base32(bytes: Uint8Array, characters: number): string {
  let text = "";
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((pending >> bits) & 31);
      if (text.length >= characters) return text.slice(0, characters);
    }
    pending &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet.charAt((pending << (5 - bits)) & 31);
  return text.slice(0, characters);
}
