import { encodeUtf8 } from "../../encoding/utf8.ts";

/**
 * Composing rtnetlink messages (netlink(7), rtnetlink(7)): a header, a fixed part, then attributes, each padded to four
 * bytes. Numbers are in the order of this machine, little-endian on all that this project is built for.
 */

/** Flags of a request (linux/netlink.h). */
export const Flag = { request: 0x1, ack: 0x4, exclusive: 0x200, create: 0x400, dump: 0x300 } as const;

/** An attribute that is still to be encoded: bytes, a number of 32 bits, or a sequence of bytes and attributes. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | number | readonly Part[];
}

type Part = Uint8Array | Attribute;

/** The bytes of the header of a message (struct nlmsghdr). */
export const headerLength = 16;

/** The bytes of the header of an attribute (struct rtattr). */
const attributeHeaderLength = 4;

/** A whole message. */
export function message(
  type: number,
  flags: number,
  sequence: number,
  fixed: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  let length = headerLength + align(fixed.length);
  for (const attribute of attributes) length += align(lengthOf(attribute));
  // One array for all of it: an interpreter takes its time over each that it makes.
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(fixed, headerLength);
  let at = headerLength + align(fixed.length);
  for (const attribute of attributes) at = write(bytes, view, at, attribute);
  return bytes;
}

/** An attribute that holds bytes. */
export function bytes(type: number, value: Uint8Array): Attribute {
  return { type, value };
}

/** An attribute that holds text, with the zero at its end that the kernel expects. */
export function text(type: number, value: string): Attribute {
  const encoded = encodeUtf8(value);
  const terminated = new Uint8Array(encoded.length + 1);
  terminated.set(encoded);
  return { type, value: terminated };
}

/** An attribute that holds a number of 8 bits. */
export function uint8(type: number, value: number): Attribute {
  return { type, value: Uint8Array.of(value) };
}

/** An attribute that holds a number of 32 bits. */
export function uint32(type: number, value: number): Attribute {
  return { type, value };
}

/** An attribute that holds attributes, behind a fixed part where there is one (VETH_INFO_PEER has one). */
export function nest(type: number, ...parts: readonly Part[]): Attribute {
  return { type, value: parts };
}

/** The length of an attribute, without what pads it. */
function lengthOf({ value }: Attribute): number {
  if (typeof value === "number") return attributeHeaderLength + 4;
  if (value instanceof Uint8Array) return attributeHeaderLength + value.length;
  let length = attributeHeaderLength;
  for (const part of value) length += align(part instanceof Uint8Array ? part.length : lengthOf(part));
  return length;
}

/** Writes an attribute. @returns where the next one begins */
function write(bytes: Uint8Array, view: DataView, start: number, { type, value }: Attribute): number {
  let at = start + attributeHeaderLength;
  if (typeof value === "number") {
    view.setUint32(at, value, true);
    at += 4;
  } else if (value instanceof Uint8Array) {
    bytes.set(value, at);
    at += value.length;
  } else {
    for (const part of value) {
      if (part instanceof Uint8Array) {
        bytes.set(part, at);
        at += align(part.length);
      } else {
        at = write(bytes, view, at, part);
      }
    }
  }
  view.setUint16(start, at - start, true);
  view.setUint16(start + 2, type, true);
  return align(at);
}

/** The next multiple of four (NLMSG_ALIGN, RTA_ALIGN). */
export function align(length: number): number {
  return (length + 3) & ~3;
}
