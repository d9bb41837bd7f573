import { encodeUtf8 } from "../../encoding/utf8.ts";

/**
 * Composing rtnetlink messages (netlink(7), rtnetlink(7)): a header, a fixed part, then attributes, each padded to four
 * bytes. Numbers are in the order of this machine, little-endian on all that this project is built for.
 */

/** Flags of a request (linux/netlink.h). */
export const Flag = { request: 0x1, ack: 0x4, exclusive: 0x200, create: 0x400, dump: 0x300 } as const;

/** An attribute that is still to be encoded. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | readonly Attribute[];
}

/** The bytes of the header of a message (struct nlmsghdr). */
export const headerLength = 16;

/** A whole message. */
export function message(
  type: number,
  flags: number,
  sequence: number,
  fixed: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  const body = concatenate([fixed, ...attributes.map(encodeAttribute)]);
  const header = new Uint8Array(headerLength);
  const view = new DataView(header.buffer);
  view.setUint32(0, headerLength + body.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  return concatenate([header, body]);
}

/** An attribute that holds bytes. */
export function bytes(type: number, value: Uint8Array): Attribute {
  return { type, value };
}

/** An attribute that holds text, with the zero at its end that the kernel expects. */
export function text(type: number, value: string): Attribute {
  return { type, value: concatenate([encodeUtf8(value), new Uint8Array(1)]) };
}

/** An attribute that holds a number of 8 bits. */
export function uint8(type: number, value: number): Attribute {
  return { type, value: Uint8Array.of(value) };
}

/** An attribute that holds a number of 32 bits. */
export function uint32(type: number, value: number): Attribute {
  const encoded = new Uint8Array(4);
  new DataView(encoded.buffer).setUint32(0, value, true);
  return { type, value: encoded };
}

/** An attribute that holds attributes. */
export function nest(type: number, ...attributes: readonly Attribute[]): Attribute {
  return { type, value: attributes };
}

/** An attribute whose value is a fixed part followed by attributes (VETH_INFO_PEER is one). */
export function nestAfter(type: number, fixed: Uint8Array, ...attributes: readonly Attribute[]): Attribute {
  return { type, value: concatenate([fixed, ...attributes.map(encodeAttribute)]) };
}

function encodeAttribute({ type, value }: Attribute): Uint8Array {
  const payload = value instanceof Uint8Array ? value : concatenate(value.map(encodeAttribute));
  const encoded = new Uint8Array(align(4 + payload.length));
  const view = new DataView(encoded.buffer);
  view.setUint16(0, 4 + payload.length, true);
  view.setUint16(2, type, true);
  encoded.set(payload, 4);
  return encoded;
}

/** The next multiple of four (NLMSG_ALIGN, RTA_ALIGN). */
export function align(length: number): number {
  return (length + 3) & ~3;
}

/** Byte arrays as one. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
