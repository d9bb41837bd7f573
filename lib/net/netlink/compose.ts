import { encodeUtf8 } from "../../encoding/utf8.ts";
import { attributeHeaderLength } from "./constants.ts";
import { type Attribute, align, headerLength, setUint32 } from "./message.ts";

/** What nearly all messages have room in, in bytes. */
const usualLength = 512;

/**
 * A whole message. In native executables, native/compose.c takes this function's place.
 *
 * @param fixed What follows the header.
 * @param room How many bytes to try it with.
 */
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

function setUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}
