import { type Attributes, uint16At } from "../netlink/attributes.ts";
import { attributeHeaderLength } from "../netlink/constants.ts";

// nf_tables has its numbers in the order of the network.

/** An attribute's number of 32 bits. */
export function number32Of(attributes: Attributes, type: number): number | undefined {
  const at = valueOfLength(4, attributes, type);
  return at && number32At(attributes.bytes, at);
}

/** An attribute's number of 64 bits. It counts what there was since the table was made, so it is exact. */
export function number64Of(attributes: Attributes, type: number): number | undefined {
  const at = valueOfLength(8, attributes, type);
  return at && number32At(attributes.bytes, at) * 2 ** 32 + number32At(attributes.bytes, at + 4);
}

/** Where a value of so many bytes is; undefined where there is none, or it has another length. */
function valueOfLength(length: number, { bytes, values }: Attributes, type: number): number | undefined {
  const at = values[type];
  if (!at) return undefined;
  return uint16At(bytes, at - attributeHeaderLength) === attributeHeaderLength + length ? at : undefined;
}

/** The number of 32 bits at a place. */
function number32At(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

/** The bytes of a number of 64 bits, from 0 to 2^53 - 1. */
export function encode64(value: number): Uint8Array {
  const high = Math.floor(value / 2 ** 32);
  return Uint8Array.of(
    high >>> 24,
    high >>> 16,
    high >>> 8,
    high,
    value >>> 24,
    value >>> 16,
    value >>> 8,
    value,
  );
}
