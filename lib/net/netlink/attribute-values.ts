/** The types that are looked for: none that this project knows is above. */
const typeCount = 128;

/** The two highest bits of a type say how it is encoded (NLA_F_NESTED, NLA_F_NET_BYTEORDER). */
const typeMask = 0x3fff;

/** An attribute's length and type (struct nlattr). */
const headerLength = 4;

/**
 * Where the values of attributes begin in `bytes`, by the attributes' types: 0 for a type that is not there, the last of
 * one that comes twice. The length of an attribute, its header included, stands four bytes before its value.
 *
 * A length that does not fit ends the search. In native executables, native/netlink.c takes this function's place.
 *
 * @param start Where the first attribute begins.
 */
export function attributeValues(bytes: Uint8Array, start: number): Uint32Array {
  const values = new Uint32Array(typeCount);
  for (let at = start; at + headerLength <= bytes.length; ) {
    const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (length < headerLength || at + length > bytes.length) break;
    const type = ((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) & typeMask;
    if (type < typeCount) values[type] = at + headerLength;
    at += (length + 3) & ~3;
  }
  return values;
}
