import type { Json, JsonObject } from "../../cni/json.ts";
import { type Address, addressFromBytes, formatAddress } from "../../ip/address.ts";
import { type Mac, macBytes } from "../../ip/mac.ts";
import type { Guard } from "./guard.ts";
import { guardNames } from "./marks.ts";

/** A rule of a guard, its expressions in libnftables' JSON. */
export interface GuardRule {
  readonly chain: string;
  readonly expr: readonly JsonObject[];
  readonly comment: string;
}

/** The chain with the kernel's hook, from which all guards are reached. */
export const entryChain = "PREROUTING";

/**
 * The rules of a guard (docs/formats.md): those of containernetworking/plugins, which let only the container's MAC
 * send; and for a guard of addresses, in the chain that the Go plugin deletes along with its own rules, what they may
 * send.
 */
export function guardRules(guard: Guard): GuardRule[] {
  const { chain, macChain, comment } = guardNames(guard.attachment);
  return [
    { chain: entryChain, expr: [is(meta("iifname"), guard.port), { jump: { target: chain } }], comment },
    { chain, expr: [{ jump: { target: macChain } }], comment },
    { chain: macChain, expr: [is(field("ether", "saddr"), guard.mac), { return: null }], comment },
    { chain: macChain, expr: [{ drop: null }], comment },
    ...(guard.addresses === undefined ? [] : addressRules(guard.mac, guard.addresses)).map((rule) => ({
      ...rule,
      chain,
    })),
  ];
}

type AddressRule = Omit<GuardRule, "chain">;

/** What a port may send: what is let through returns to where it came from, all else is dropped. */
function addressRules(mac: Mac, addresses: readonly Address[]): AddressRule[] {
  const ipv4 = addresses.filter(({ family }) => family === 4).map(formatAddress);
  const ipv6 = [...addresses.filter(({ family }) => family === 6), linkLocal(mac)];
  return [...ipv4.map(ipv4Rule), ...arpRules(mac, ipv4), ...ipv6Rules(ipv6), dropRule("the rest", [])];
}

// The type of the frame is always asked for. A rule on addresses alone would look at what is in a frame with a VLAN
// tag.

function ipv4Rule(address: string): AddressRule {
  return letRule(`IPv4 from ${address}`, [isFrame("ip"), is(field("ip", "saddr"), address)]);
}

/** ARP with the container's own addresses as the sender's; or with none, which asks whether one is taken (RFC 5227). */
function arpRules(mac: Mac, addresses: readonly string[]): AddressRule[] {
  const isOwn = [
    isFrame("arp"),
    is(field("arp", "hlen"), 6),
    is(field("arp", "plen"), 4),
    is(field("arp", "saddr ether"), mac),
  ];
  return [
    ...addresses.map((address) =>
      letRule(`ARP from ${address}`, [...isOwn, is(field("arp", "saddr ip"), address)]),
    ),
    letRule("ARP probes", [
      ...isOwn,
      is(field("arp", "operation"), "request"),
      is(field("arp", "saddr ip"), "0.0.0.0"),
    ]),
  ];
}

/**
 * IPv6 from the container's own addresses, and advertisements of no others (RFC 4861, section 7.2). Without an address,
 * it may ask whether one of its own is taken (RFC 4862, section 5.4), and join multicast groups (RFC 3810, section
 * 5.2).
 */
function ipv6Rules(addresses: readonly Address[]): AddressRule[] {
  const own = addresses.map(formatAddress);
  const isFromOwn = is(field("ip6", "saddr"), { set: own });
  const isFromNone = is(field("ip6", "saddr"), "::");
  const isAdvertisement = [isFrame("ip6"), is(field("icmpv6", "type"), "nd-neighbor-advert")];
  const isSolicitation = [isFrame("ip6"), isFromNone, is(field("icmpv6", "type"), "nd-neighbor-solicit")];
  const isReport = is(field("icmpv6", "type"), {
    set: ["mld-listener-report", "mld-listener-done", "mld2-listener-report"],
  });
  return [
    ...addresses.map((address) =>
      letRule(`advertisements of ${formatAddress(address)}`, [
        ...isAdvertisement,
        isAbout(address),
        isFromOwn,
      ]),
    ),
    dropRule("other advertisements", isAdvertisement),
    ...addresses.map((address) =>
      letRule(`DAD for ${formatAddress(address)}`, [...isSolicitation, isAbout(address)]),
    ),
    letRule("MLD without an address", [isFrame("ip6"), isFromNone, isReport]),
    letRule("IPv6 from own addresses", [isFrame("ip6"), isFromOwn]),
  ];
}

/**
 * The target of a neighbour solicitation or advertisement (RFC 4861, sections 4.3 and 4.4): 16 bytes, 8 bytes behind
 * the beginning of ICMPv6. nft has had a word for it since 1.0.7 only.
 */
function isAbout({ value }: Address): JsonObject {
  return is({ payload: { base: "th", offset: 64, len: 128 } }, `0x${value.toString(16).padStart(32, "0")}`);
}

/** The address that a link gives itself: fe80::/64 and its MAC as a modified EUI-64 (RFC 4291, appendix A). */
function linkLocal(mac: Mac): Address {
  const [first = 0, second = 0, third = 0, ...rest] = macBytes(mac);
  const bytes = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 0x02, second, third, 0xff, 0xfe, ...rest];
  const address = addressFromBytes(Uint8Array.from(bytes));
  if (address === undefined) throw new RangeError(`${mac} has not six bytes`);
  return address;
}

function letRule(what: string, matches: readonly JsonObject[]): AddressRule {
  return { expr: [...matches, { return: null }], comment: `lxc-cni: ${what}` };
}

function dropRule(what: string, matches: readonly JsonObject[]): AddressRule {
  return { expr: [...matches, { drop: null }], comment: `lxc-cni: drop ${what}` };
}

function isFrame(type: "ip" | "arp" | "ip6"): JsonObject {
  return is(field("ether", "type"), type);
}

function is(left: JsonObject, right: Json): JsonObject {
  return { match: { op: "==", left, right } };
}

function field(protocol: string, name: string): JsonObject {
  return { payload: { protocol, field: name } };
}

function meta(key: string): JsonObject {
  return { meta: { key } };
}
