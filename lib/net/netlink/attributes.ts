import { decodeUtf8 } from "../../encoding/utf8.ts";
import { attributeValues } from "./attribute-values.ts";
import { attributeHeaderLength, attributeTypeMask } from "./constants.ts";
import { align } from "./message.ts";

/** The attributes of a message, or of an attribute that holds some. They are read when they are asked for. */
export interface Attributes {
  readonly bytes: Uint8Array;
  /** See {@linkcode attributeValues}. */
  readonly values: readonly number[];
}

/** The attributes from `start` on. A length that does not fit ends the reading. */
export function parseAttributes(bytes: Uint8Array, start = 0): Attributes {
  return { bytes, values: attributeValues(bytes, start) };
}

/** The values of all attributes of a type, from the start of `bytes` on, in their order. */
export function allOfType(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at + attributeHeaderLength <= bytes.length; ) {
    const length = uint16At(bytes, at);
    if (length < attributeHeaderLength || at + length > bytes.length) break;
    if ((uint16At(bytes, at + 2) & attributeTypeMask) === wanted)
      found.push(bytes.subarray(at + attributeHeaderLength, at + length));
    at += align(length);
  }
  return found;
}

/** An attribute's value. */
export function bytesOf({ bytes, values }: Attributes, type: number): Uint8Array | undefined {
  const value = values[type];
  return value ? bytes.subarray(value, endOf(bytes, value)) : undefined;
}

/** The attributes that an attribute holds; none when it is not there. */
export function nestedIn(attributes: Attributes, type: number): Attributes | undefined {
  const value = bytesOf(attributes, type);
  return value && parseAttributes(value);
}

/** An attribute's text, without the zero at its end. */
export function textOf({ bytes, values }: Attributes, type: number): string | undefined {
  const value = values[type];
  if (!value) return undefined;
  const end = endOf(bytes, value);
  const zero = bytes.indexOf(0, value);
  return decodeUtf8(bytes, value, zero >= 0 && zero < end ? zero : end);
}

/** An attribute's number of 8 bits. */
export function uint8Of({ bytes, values }: Attributes, type: number): number | undefined {
  const value = values[type];
  return value && value < endOf(bytes, value) ? bytes[value] : undefined;
}

/** An attribute's number of 16 bits. */
export function uint16Of({ bytes, values }: Attributes, type: number): number | undefined {
  const value = values[type];
  return value && value + 2 <= endOf(bytes, value) ? uint16At(bytes, value) : undefined;
}

/** An attribute's number of 32 bits. */
export function uint32Of({ bytes, values }: Attributes, type: number): number | undefined {
  const value = values[type];
  return value && value + 4 <= endOf(bytes, value) ? uint32At(bytes, value) : undefined;
}

/** Where the value that begins at `value` ends. */
function endOf(bytes: Uint8Array, value: number): number {
  return value - attributeHeaderLength + uint16At(bytes, value - attributeHeaderLength);
}

// Byte by byte, since an interpreter reads an element sooner than it makes a view and calls a method of it.

/** The number of 16 bits at a place. */
export function uint16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** The number of 32 bits at a place. */
export function uint32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
