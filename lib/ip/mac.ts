import { encodeHex } from "../encoding/hex.ts";

/** An Ethernet address as Linux prints it: `02:00:5e:10:00:01`, in lower case. */
export type Mac = string & { readonly __brand: "Mac" };

/** Six pairs of digits between colons or dashes, or three times four between dots. */
const notations = [
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/i,
];

/**
 * Reads an Ethernet address in the notations of Go's `net.ParseMAC`: `02:00:5e:10:00:01`, `02-00-5E-10-00-01` or
 * `0200.5e10.0001`.
 *
 * @returns `undefined` when `text` is none, also for the longer addresses that `net.ParseMAC` knows.
 */
export function parseMac(text: string): Mac | undefined {
  if (!notations.some((notation) => notation.test(text))) return undefined;
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, "");
  return (digits.match(/../g) ?? []).join(":") as Mac;
}

/**
 * The Ethernet address of six bytes.
 *
 * @returns `undefined` for any other number of bytes.
 */
export function macFromBytes(bytes: Uint8Array): Mac | undefined {
  return bytes.length === 6 ? (encodeHex(bytes, ":") as Mac) : undefined;
}

/** The six bytes of an Ethernet address. */
export function macBytes(mac: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  for (let index = 0; index < 6; index++)
    bytes[index] = Number.parseInt(mac.slice(3 * index, 3 * index + 2), 16);
  return bytes;
}

/**
 * A locally administered Ethernet address of one station (IEEE 802, section 8.2.2): never a manufacturer's, never a
 * group's.
 *
 * @param seed Six bytes or more, such as those of a hash; equal seeds give equal addresses.
 * @throws RangeError when they are fewer than six.
 */
export function localMac(seed: Uint8Array): Mac {
  const bytes = seed.slice(0, 6);
  bytes[0] = ((bytes[0] ?? 0) & ~group) | locallyAdministered;
  const mac = macFromBytes(bytes);
  if (mac === undefined) throw new RangeError(`an Ethernet address needs 6 bytes, not ${seed.length}`);
  return mac;
}

/** Bits of the first byte. */
const group = 0x01;
const locallyAdministered = 0x02;
