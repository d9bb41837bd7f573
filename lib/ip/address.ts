import { encodeHex } from "../encoding/hex.ts";
import { addressDigits } from "./address-digits.ts";

/** An IP address. Two of them are equal when family and value are: see {@linkcode equalAddress}. */
export interface Address {
  readonly family: 4 | 6;
  /** The address as a number: 0 to 2^32 - 1, or 2^128 - 1. */
  readonly value: bigint;
}

/** The bits of an address of a family. */
export function bitsOf(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/**
 * Reads an address as Go's `net.ParseIP` does: an IPv4 octet has no leading zeros, `::` stands for one group at
 * least, there are no zones, and an IPv4-mapped IPv6 address (`::ffff:10.1.2.3`) is the IPv4 address.
 *
 * @returns `undefined` when `text` is no address.
 */
export function parseAddress(text: string): Address | undefined {
  const digits = addressDigits(text);
  if (digits === undefined) return undefined;
  return digits.length === 8 ? { family: 4, value: BigInt(`0x${digits}`) } : addressOfDigits(digits);
}

// Large numbers by way of text: an interpreter takes its time over each operation on them.

/** The eight groups of a number, four digits each, the highest first. */
function groupsOf(value: bigint): string[] {
  const digits = value.toString(16).padStart(32, "0");
  const groups: string[] = [];
  for (let at = 0; at < 32; at += 4) groups.push(digits.slice(at, at + 4));
  return groups;
}

/** The address of 32 hexadecimal digits: of IPv4 when it is IPv4-mapped (RFC 4291, section 2.5.5.2). */
function addressOfDigits(digits: string): Address {
  const isMapped = digits.startsWith("00000000000000000000") && /^ffff/i.test(digits.slice(20));
  return isMapped
    ? { family: 4, value: BigInt(`0x${digits.slice(24)}`) }
    : { family: 6, value: BigInt(`0x${digits}`) };
}

/**
 * The canonical text of an address, which is also Go's: dotted octets, or RFC 5952 (lower case, the longest run of
 * two or more zero groups as `::`, the first of equally long ones).
 */
export function formatAddress(address: Address): string {
  return address.family === 4 ? formatIpv4(Number(address.value)) : formatIpv6(address.value);
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

function formatIpv6(value: bigint): string {
  const groups = groupsOf(value).map((group) => Number.parseInt(group, 16).toString(16));
  const zeros = longestZeroRun(groups);
  if (zeros.length < 2) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.start + zeros.length).join(":")}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  const longest = { start: 0, length: 0 };
  let length = 0;
  for (let index = 0; index < groups.length; index++) {
    length = groups[index] === "0" ? length + 1 : 0;
    if (length <= longest.length) continue;
    longest.start = index + 1 - length;
    longest.length = length;
  }
  return longest;
}

/** The bytes of an address in network order: 4 or 16. */
export function addressBytes({ family, value }: Address): Uint8Array {
  if (family === 4) {
    const number = Number(value);
    return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
  }
  const bytes = new Uint8Array(16);
  groupsOf(value).forEach((group, index) => {
    const number = Number.parseInt(group, 16);
    bytes[2 * index] = number >>> 8;
    bytes[2 * index + 1] = number;
  });
  return bytes;
}

/** The 16 bytes of an address in network order; of IPv4, as an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2). */
export function mappedBytes(address: Address): Uint8Array {
  const bytes = addressBytes(address);
  if (bytes.length === 16) return bytes;
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes);
}

/**
 * The address of 4 or 16 bytes in network order. IPv4-mapped ones are IPv4, as for {@linkcode parseAddress}.
 *
 * @returns `undefined` for any other number of bytes.
 */
export function addressFromBytes(bytes: Uint8Array): Address | undefined {
  if (bytes.length === 4) return { family: 4, value: BigInt(uint32Of(bytes)) };
  return bytes.length === 16 ? addressOfDigits(encodeHex(bytes)) : undefined;
}

/** The number of four bytes in network order. */
function uint32Of(bytes: Uint8Array): number {
  const byte = (index: number) => bytes[index] ?? 0;
  return ((byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3)) >>> 0;
}

/** Whether two addresses are the same one. */
export function equalAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.value === b.value;
}

/** The order of two addresses, for sorting: negative when `a` comes first. All of IPv4 comes before IPv6. */
export function compareAddress(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value === b.value ? 0 : a.value < b.value ? -1 : 1;
}

/**
 * The address `distance` behind this one, or before it when negative.
 *
 * @throws RangeError beyond the first and the last address of the family.
 */
export function offsetAddress(address: Address, distance: bigint): Address {
  const value = address.value + distance;
  // A negative number stays negative, however far it is shifted.
  if (value >> BigInt(bitsOf(address.family)) !== 0n) {
    throw new RangeError(`there is no address ${distance} behind ${formatAddress(address)}`);
  }
  return { family: address.family, value };
}

/**
 * The address behind this one.
 *
 * @throws RangeError behind the last address of the family.
 */
export function nextAddress(address: Address): Address {
  return offsetAddress(address, 1n);
}

const linkLocal = {
  4: { first: 0xa9fe_0000n, bits: 16n },
  6: { first: 0xfe80n << 112n, bits: 118n },
} as const;

/** Whether an address is of one link only: 169.254.0.0/16 (RFC 3927) or fe80::/10 (RFC 4291, section 2.5.6). */
export function isLinkLocal({ family, value }: Address): boolean {
  const { first, bits } = linkLocal[family];
  return value >> bits === first >> bits;
}
