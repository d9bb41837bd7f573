import { type Attributes, bytesOf, uint32Of, viewOf } from "../netlink/attributes.ts";

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
  const view = viewOf(bytes);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

/** A number with its four bytes the other way round. */
function swapped(number: number): number {
  return ((number << 24) | ((number & 0xff00) << 8) | ((number >>> 8) & 0xff00) | (number >>> 24)) >>> 0;
}

/** A number of 64 bits. */
export function encode64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = viewOf(bytes);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
  return bytes;
}
