import { CniError, Code } from "../../lib/cni/error.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import { digestOf } from "../../lib/encoding/digest.ts";
import { addressFromBytes } from "../../lib/ip/address.ts";
import {
  firstAddressOf,
  lastAddressOf,
  type Prefix,
  parsePrefix,
  prefixesOverlap,
} from "../../lib/ip/prefix.ts";

/** Where subnets are chosen from (RFC 1918), in this order. */
const pools = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap((text) => parsePrefix(text) ?? []);

const length = 24;
const hostBits = 8n;

/**
 * Chooses a /24 for a network: one that its name stands for, so that the same name gets the same on every host, or the
 * next one that is free.
 *
 * @throws CniError 7 where no private /24 is free.
 */
export function chooseIpv4Subnet(name: NetworkName, taken: readonly Prefix[]): Prefix {
  // As numbers of /24s, which fit into a number of 24 bits: there are 65,536 to be looked at in the worst case.
  const spans = taken.filter(({ address }) => address.family === 4).map(spanOf);
  const [high = 0, low = 0] = digestOf(name);
  for (const pool of pools) {
    const { first, last } = spanOf(pool);
    const size = last - first + 1;
    const start = first + (((high << 8) | low) % size);
    const found = firstFree(start, last, spans) ?? firstFree(first, start - 1, spans);
    if (found !== undefined) return { address: { family: 4, value: BigInt(found) << hostBits }, length };
  }
  throw new CniError(
    Code.invalidConfiguration,
    "no private IPv4 subnet is free",
    "routes, links or networks of this host use all of 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16; say which " +
      "subnet it is to be: --subnet CIDR",
  );
}

interface Span {
  readonly first: number;
  readonly last: number;
}

function spanOf(prefix: Prefix): Span {
  return {
    first: Number(firstAddressOf(prefix).value >> hostBits),
    last: Number(lastAddressOf(prefix).value >> hostBits),
  };
}

/** The first number from `first` to `last` that is in none of the spans. */
function firstFree(first: number, last: number, spans: readonly Span[]): number | undefined {
  let candidate = first;
  while (candidate <= last) {
    const at = candidate;
    const taken = spans.filter((span) => span.first <= at && at <= span.last);
    if (taken.length === 0) return candidate;
    candidate = Math.max(...taken.map((span) => span.last)) + 1;
  }
  return undefined;
}

/** Of a global id, in bytes (RFC 4193, section 3.1). */
const globalIdLength = 5;

/** How many random ids to try: one that is in use is next to impossible, a route for all of fd00::/8 is not. */
const tries = 16;

/**
 * Chooses a unique local /64 (RFC 4193): fd00::/8, 40 random bits, and subnet 0.
 *
 * @param random Gives random bytes.
 * @throws CniError 7 where a route or a network has all of them.
 */
export function chooseIpv6Subnet(random: (length: number) => Uint8Array, taken: readonly Prefix[]): Prefix {
  for (let attempt = 0; attempt < tries; attempt++) {
    const bytes = Uint8Array.of(0xfd, ...random(globalIdLength), ...new Uint8Array(16 - 1 - globalIdLength));
    const address = addressFromBytes(bytes);
    const subnet = address && { address, length: 64 };
    if (subnet !== undefined && !taken.some((each) => prefixesOverlap(each, subnet))) return subnet;
  }
  throw new CniError(
    Code.invalidConfiguration,
    "no unique local IPv6 subnet is free",
    "routes or networks of this host use fd00::/8; say which subnet it is to be: --subnet CIDR",
  );
}
