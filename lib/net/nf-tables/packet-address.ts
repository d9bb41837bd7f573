import { addressFromBytes } from "../../ip/address.ts";
import type { Prefix } from "../../ip/prefix.ts";
import { Base } from "./constants.ts";
import type { FieldMatch } from "./statement.ts";

/** Where the headers of IPv4 and IPv6 have their addresses, and how long these are, in bytes (RFC 791, RFC 8200). */
const layouts = {
  4: { length: 4, source: 12, destination: 16 },
  6: { length: 16, source: 8, destination: 24 },
} as const;

/** One of the addresses in a packet, and the network that it is matched with. */
export interface PacketAddress {
  readonly side: "source" | "destination";
  readonly network: Prefix;
}

/** The address that a match is about; undefined where it is about something else. */
export function packetAddress(match: FieldMatch, family: 4 | 6): PacketAddress | undefined {
  const { length, source, destination } = layouts[family];
  const side = match.offset === source ? "source" : match.offset === destination ? "destination" : undefined;
  if (match.base !== Base.network || side === undefined || match.value.length > length) return undefined;
  const bytes = new Uint8Array(length);
  bytes.set(match.value);
  const address = addressFromBytes(bytes);
  // An IPv4-mapped address is read as the IPv4 address, which is not what is in the packet.
  return address?.family === family ? { side, network: { address, length: match.bits } } : undefined;
}
