import { encodeUtf8 } from "../../encoding/utf8.ts";
import { attributeHeaderLength } from "./constants.ts";

/**
 * Composing rtnetlink messages (netlink(7), rtnetlink(7)): a header, a fixed part, then attributes, each padded to four
 * bytes. Numbers are in the order of this machine, little-endian on all that this project is built for.
 */

/** Flags of a request (linux/netlink.h). */
export const Flag = {
  request: 0x1,
  ack: 0x4,
  /** The event that a change causes comes also to whoever asks for the change; some kinds of it, since Linux 6.2. */
  echo: 0x8,
  exclusive: 0x200,
  create: 0x400,
  dump: 0x300,
} as const;

/** An attribute that is still to be encoded: bytes, text, a number of 32 bits, or a sequence of bytes and attributes. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | string | number | readonly Part[];
}

type Part = Uint8Array | Attribute;

/** The bytes of the header of a message (struct nlmsghdr). */
export const headerLength = 16;

/** What nearly all messages have room in, in bytes. */
const usualLength = 512;

/** A whole message. @param room How many bytes to try it with. */
export function message(
  type: number,
  flags: number,
  sequence: number,
  fixed: Uint8Array,
  attributes: readonly Attribute[],
  room = usualLength,
): Uint8Array {
  const bytes = new Uint8Array(room);
  setUint16(bytes, 4, type);
  setUint16(bytes, 6, flags);
  setUint32(bytes, 8, sequence);
  bytes.set(fixed, headerLength);
  let end = headerLength + align(fixed.length);
  for (const attribute of attributes) end = write(bytes, end, attribute);
  // What has no room is left out, and counted: then it is known how much is needed.
  if (end > room) return message(type, flags, sequence, fixed, attributes, end);
  setUint32(bytes, 0, end);
  return bytes.subarray(0, end);
}

/** An attribute that holds bytes. */
export function bytes(type: number, value: Uint8Array): Attribute {
  return { type, value };
}

/** An attribute that holds text, with the zero at its end that the kernel expects. */
export function text(type: number, value: string): Attribute {
  return { type, value };
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

/** Writes an attribute, into bytes that are 0 so far. @returns where the next one begins */
function write(bytes: Uint8Array, start: number, { type, value }: Attribute): number {
  const end = writeValue(bytes, start + attributeHeaderLength, value);
  setUint16(bytes, start, end - start);
  setUint16(bytes, start + 2, type);
  return align(end);
}

/** Writes an attribute's value. @returns where it ends */
function writeValue(bytes: Uint8Array, start: number, value: Attribute["value"]): number {
  if (typeof value === "number") {
    setUint32(bytes, start, value);
    return start + 4;
  }
  if (typeof value === "string") {
    return setBytes(bytes, start, encodeUtf8(value)) + 1;
  }
  if (value instanceof Uint8Array) return setBytes(bytes, start, value);
  let end = start;
  for (const part of value) {
    end = part instanceof Uint8Array ? align(setBytes(bytes, end, part)) : write(bytes, end, part);
  }
  return end;
}

/** Sets bytes, where there is room for all of them. @returns where they end */
function setBytes(bytes: Uint8Array, start: number, value: Uint8Array): number {
  const end = start + value.length;
  if (end <= bytes.length) bytes.set(value, start);
  return end;
}

// Byte by byte, since an interpreter sets an element sooner than it makes a view and calls a method of it.

function setUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

/** Sets a number of 32 bits, in the order of bytes of the messages. */
export function setUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** The next multiple of four (NLMSG_ALIGN, NLA_ALIGN). */
export function align(length: number): number {
  return (length + 3) & ~3;
}
