import { bitsOf, formatAddress } from "../../ip/address.ts";
import { formatPrefix, type Prefix } from "../../ip/prefix.ts";
import { Meta, Protocol } from "../nf-tables/constants.ts";
import { packetAddress } from "../nf-tables/packet-address.ts";
import type { Match, MetaMatch, Statement } from "../nf-tables/statement.ts";
import type { Verdict } from "../nf-tables/verdict.ts";

/**
 * What a rule of a table of the family inet says, as nft prints it, without its comment.
 *
 * @returns undefined where it is about anything else than addresses.
 */
export function asNft({ matches, verdict }: Statement): string | undefined {
  // A rule about addresses asks first which protocol it is, which nft does not print.
  const [first, ...others] = matches;
  const family = first?.kind === "meta" ? protocolOf(first) : undefined;
  if (first !== undefined && family === undefined) return undefined;
  const words = others.map((match) => family && addressWords(match, family));
  if (words.includes(undefined)) return undefined;
  // Without a word about an address, nft would print the protocol.
  if (first !== undefined && words.length === 0) return undefined;
  return [...words, ...(verdict === undefined ? [] : [verdictWords(verdict)])].join(" ");
}

function protocolOf({ key, negated, value }: MetaMatch): 4 | 6 | undefined {
  if (key !== Meta.protocol || negated || value.length !== 1) return undefined;
  if (value[0] === Protocol.ip) return 4;
  return value[0] === Protocol.ip6 ? 6 : undefined;
}

function addressWords(match: Match, family: 4 | 6): string | undefined {
  const found = match.kind === "field" ? packetAddress(match, family) : undefined;
  if (found === undefined || match.kind !== "field") return undefined;
  const field = `${family === 4 ? "ip" : "ip6"} ${found.side === "source" ? "saddr" : "daddr"}`;
  return `${field} ${match.negated ? "!= " : ""}${printed(found.network)}`;
}

function printed(network: Prefix): string {
  const isWhole = network.length === bitsOf(network.address.family);
  return isWhole ? formatAddress(network.address) : formatPrefix(network);
}

function verdictWords(verdict: Verdict): string {
  if (typeof verdict === "string") return verdict;
  return "jump" in verdict ? `jump ${verdict.jump}` : `goto ${verdict.goto}`;
}
