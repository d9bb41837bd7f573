import { type Attributes, bytesOf, uint32At, uint32Of } from "../netlink/attributes.ts";

/** nf_tables has its numbers in the order of the network. */

/** An attribute's number of 32 bits. */
export function number32Of(attributes: Attributes, type: number): number | undefined {
  const number = uint32Of(attributes, type);
  return number === undefined ? undefined : swapped(number);
}

/** An attribute's number of 64 bits. It counts what there was since the table was made, so it is exact. */
export function number64Of(attributes: Attributes, type: number): number | undefined {
  const bytes = bytesOf(attributes, type);
  if (bytes?.length !== 8) return undefined;
  return swapped(uint32At(bytes, 0)) * 2 ** 32 + swapped(uint32At(bytes, 4));
}

/** A number with its four bytes the other way round. */
function swapped(number: number): number {
  return ((number << 24) | ((number & 0xff00) << 8) | ((number >>> 8) & 0xff00) | (number >>> 24)) >>> 0;
}

/** A number of 64 bits. */
export function encode64(value: number): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, index) => Math.floor(value / 256 ** (7 - index)) % 256);
}
