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

/** What an attribute can be made of. */
export type Part = Uint8Array | Attribute;

/** The bytes of the header of a message (struct nlmsghdr). */
export const headerLength = 16;

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

/**
 * Sets a number of 32 bits, in the order of bytes of the messages: byte by byte, since an interpreter sets an element
 * sooner than it makes a view and calls a method of it.
 */
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

/** Messages for one datagram. Each is as long as a multiple of four, so they follow one another. */
export function joined(messages: readonly Uint8Array[]): Uint8Array {
  const datagram = new Uint8Array(messages.reduce((length, message) => length + message.length, 0));
  let end = 0;
  for (const message of messages) {
    datagram.set(message, end);
    end += message.length;
  }
  return datagram;
}
