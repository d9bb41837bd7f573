import { type Attributes, bytesOf } from "../netlink/attributes.ts";
import { attributeHeaderLength } from "../netlink/constants.ts";

/** nf_tables has its numbers in the order of the network. */

/** The length of an attribute with a number of 32 bits. */
const lengthOf32 = attributeHeaderLength + 4;

/** An attribute's number of 32 bits. */
export function number32Of({ bytes, values }: Attributes, type: number): number | undefined {
  const at = values[type];
  // The attribute's length, its header included, in the order of this machine.
  if (!at || bytes[at - 4] !== lengthOf32 || bytes[at - 3] !== 0) return undefined;
  return number32At(bytes, at);
}

/** An attribute's number of 64 bits. It counts what there was since the table was made, so it is exact. */
export function number64Of(attributes: Attributes, type: number): number | undefined {
  const bytes = bytesOf(attributes, type);
  if (bytes?.length !== 8) return undefined;
  return number32At(bytes, 0) * 2 ** 32 + number32At(bytes, 4);
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

/** A number of 64 bits. */
export function encode64(value: number): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, index) => Math.floor(value / 256 ** (7 - index)) % 256);
}
