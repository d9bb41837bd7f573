import { attributeHeaderLength, attributeTypeMask } from "./constants.ts";

/** The types that are looked for: none that this project knows is above. */
const typeCount = 128;

/**
 * Where the values of attributes begin in `bytes`, by the attributes' types: 0 or nothing for a type that is not
 * there, the last of one that comes twice. The length of an attribute, its header included, stands four bytes before its value.
 *
 * A length that does not fit ends the search. In native executables, native/netlink.c takes this function's place.
 *
 * @param start Where the first attribute begins.
 */
export function attributeValues(bytes: Uint8Array, start: number): number[] {
  const values: number[] = [];
  for (let at = start; at + attributeHeaderLength <= bytes.length; ) {
    const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (length < attributeHeaderLength || at + length > bytes.length) break;
    const type = ((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) & attributeTypeMask;
    if (type < typeCount) {
      while (values.length < type) values.push(0);
      values[type] = at + attributeHeaderLength;
    }
    at += (length + 3) & ~3;
  }
  return values;
}
