import fc from "fast-check";
import { type Address, bitsOf } from "../../lib/ip/address.ts";
import type { Prefix } from "../../lib/ip/prefix.ts";

/** IPv4 addresses, with those at the borders more often. */
export const ipv4: fc.Arbitrary<Address> = fc
  .oneof(fc.bigInt(0n, 0xffff_ffffn), fc.constantFrom(0n, 0xffff_ffffn, 0x0a00_0001n))
  .map((value) => ({ family: 4, value }));

/** IPv6 addresses that are not IPv4-mapped, with many zero groups, so that there is something to compress. */
export const ipv6: fc.Arbitrary<Address> = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((value, group) => (value << 16n) | group, 0n))
  .filter((value) => value >> 32n !== 0xffffn)
  .map((value) => ({ family: 6, value }));

export const address: fc.Arbitrary<Address> = fc.oneof(ipv4, ipv6);

export const prefix: fc.Arbitrary<Prefix> = address.chain((address) =>
  fc.nat(bitsOf(address.family)).map((length) => ({ address, length })),
);
