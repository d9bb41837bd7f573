import { decodeUtf8 } from "../../encoding/utf8.ts";
import { align } from "./message.ts";

/** The attributes of a message, or of an attribute that holds some. They are read when they are asked for. */
export interface Attributes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where an attribute begins, by its type; of one that comes twice, the last. */
  readonly starts: ReadonlyMap<number, number>;
}

/** An attribute's length and type (struct rtattr). */
const headerLength = 4;

/** The two highest bits of a type say how it is encoded (NLA_F_NESTED, NLA_F_NET_BYTEORDER). */
const typeMask = 0x3fff;

/** The attributes from `offset` on. A length that does not fit ends the reading. */
export function parseAttributes(bytes: Uint8Array, offset = 0): Attributes {
  const starts = new Map<number, number>();
  const end = bytes.length - headerLength;
  for (let at = offset; at <= end; ) {
    // Byte by byte, since an interpreter reads an element sooner than it calls a method of a view.
    const length = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (length < headerLength || at + length > bytes.length) break;
    starts.set(((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) & typeMask, at);
    at += (length + 3) & ~3;
  }
  return { bytes, view: viewOf(bytes), starts };
}

/** The values of all attributes of a type, from the start of `bytes` on, in their order. */
export function allOfType(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const view = viewOf(bytes);
  const found: Uint8Array[] = [];
  for (let at = 0; at + headerLength <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < headerLength || at + length > bytes.length) break;
    if ((view.getUint16(at + 2, true) & typeMask) === wanted)
      found.push(bytes.subarray(at + headerLength, at + length));
    at += align(length);
  }
  return found;
}

/** An attribute's value. */
export function bytesOf({ bytes, view, starts }: Attributes, type: number): Uint8Array | undefined {
  const start = starts.get(type);
  return start === undefined
    ? undefined
    : bytes.subarray(start + headerLength, start + view.getUint16(start, true));
}

/** The attributes that an attribute holds; none when it is not there. */
export function nestedIn(attributes: Attributes, type: number): Attributes | undefined {
  const value = bytesOf(attributes, type);
  return value && parseAttributes(value);
}

/** An attribute's text, without the zero at its end. */
export function textOf(attributes: Attributes, type: number): string | undefined {
  const value = bytesOf(attributes, type);
  if (value === undefined) return undefined;
  const end = value.indexOf(0);
  const text = end === -1 ? value : value.subarray(0, end);
  // Nearly all of it is ASCII, which is read in one go.
  return text.every((byte) => byte < 0x80) ? String.fromCharCode(...text) : decodeUtf8(text);
}

/** An attribute's number of 8 bits. */
export function uint8Of({ view, starts }: Attributes, type: number): number | undefined {
  const start = starts.get(type);
  return start === undefined || view.getUint16(start, true) < headerLength + 1
    ? undefined
    : view.getUint8(start + headerLength);
}

/** An attribute's number of 16 bits. */
export function uint16Of({ view, starts }: Attributes, type: number): number | undefined {
  const start = starts.get(type);
  return start === undefined || view.getUint16(start, true) < headerLength + 2
    ? undefined
    : view.getUint16(start + headerLength, true);
}

/** An attribute's number of 32 bits. */
export function uint32Of({ view, starts }: Attributes, type: number): number | undefined {
  const start = starts.get(type);
  return start === undefined || view.getUint16(start, true) < headerLength + 4
    ? undefined
    : view.getUint32(start + headerLength, true);
}

/** The bytes as numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
