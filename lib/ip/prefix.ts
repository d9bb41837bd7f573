import { type Address, bitsOf, equalAddress, formatAddress, parseAddress } from "./address.ts";

/**
 * An address and the length of its network's prefix, as in `10.1.2.3/24`.
 *
 * The bits of the host are kept: it says as well which address an interface has as which network that is in.
 */
export interface Prefix {
  readonly address: Address;
  /** 0 to 32, or to 128. */
  readonly length: number;
}

// Made once: the native engine makes an expression anew wherever it is written out.
const decimal = /^[0-9]+$/;

/**
 * Reads an address in CIDR notation (RFC 4632, RFC 4291) as Go's `net.ParseCIDR` does, and keeps the host's bits.
 *
 * As for {@linkcode parseAddress}, an IPv4-mapped IPv6 address is the IPv4 address: `::ffff:10.1.2.3/120` is
 * `10.1.2.3/24`.
 *
 * @returns `undefined` when `text` is none.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf("/");
  const before = text.slice(0, Math.max(slash, 0));
  const after = text.slice(slash + 1);
  const address = parseAddress(before);
  if (address === undefined || !decimal.test(after)) return undefined;
  const isMapped = address.family === 4 && before.includes(":");
  const length = Number(after) - (isMapped ? 96 : 0);
  return length >= 0 && length <= bitsOf(address.family) ? { address, length } : undefined;
}

/** The text in CIDR notation: `10.1.2.3/24`. */
export function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}

/** Whether address and length are the same; `10.1.2.3/24` and `10.1.2.0/24` are not. */
export function equalPrefix(a: Prefix, b: Prefix): boolean {
  return a.length === b.length && equalAddress(a.address, b.address);
}

/** The network: the prefix with all of the host's bits 0. */
export function networkOf(prefix: Prefix): Prefix {
  return { address: firstAddressOf(prefix), length: prefix.length };
}

/** The first address of the network: all of the host's bits 0. */
export function firstAddressOf({ address, length }: Prefix): Address {
  const hostBits = BigInt(bitsOf(address.family) - length);
  return { family: address.family, value: (address.value >> hostBits) << hostBits };
}

/** The last address of the network: all of the host's bits 1. For IPv4 that is its broadcast address. */
export function lastAddressOf(prefix: Prefix): Address {
  const hostBits = BigInt(bitsOf(prefix.address.family) - prefix.length);
  const { family, value } = firstAddressOf(prefix);
  return { family, value: value | ((1n << hostBits) - 1n) };
}

/** Whether the address is in the network of the prefix. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (address.family !== prefix.address.family) return false;
  return equalAddress(firstAddressOf({ address, length: prefix.length }), firstAddressOf(prefix));
}

/** Whether some address is in both networks. */
export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  return contains(a, b.address) || contains(b, a.address);
}
