import { CniError, Code } from "../../lib/cni/error.ts";
import { isAtLeast } from "../../lib/cni/version.ts";
import {
  type Address,
  compareAddress,
  formatAddress,
  nextAddress,
  offsetAddress,
} from "../../lib/ip/address.ts";
import {
  contains,
  equalPrefix,
  formatPrefix,
  lastAddressOf,
  networkOf,
  type Prefix,
} from "../../lib/ip/prefix.ts";
import { formatRange, type Range, rangeContains, rangesOverlap, type Span } from "../../lib/ip/range.ts";
import { type RangeSet, rangeSetsOverlap } from "../../lib/ip/range-set.ts";
import type { HostLocalConfig, RangeConfig } from "./config.schema.ts";
import { addressAt, prefixAt, spanAt } from "./fields.ts";
import type { Pools } from "./membership.ts";

/** A range of the configuration, and the JSON pointer to it. */
interface Source {
  readonly path: string;
  readonly range: RangeConfig;
}

/**
 * The range sets of a configuration, in the order in which the reference numbers them: those of the runtime, the
 * single range of `ipam` itself, those of `ipam.ranges`.
 *
 * The number of a set names its `last_reserved_ip` file.
 *
 * @param version The configuration's cniVersion: before 0.3.0 a result has one address of each family at most.
 * @throws CniError 7 with the reference's texts.
 */
export function rangeSetsOf(config: HostLocalConfig, version: string): RangeSet[] {
  if (config.ipam === undefined) {
    throw new CniError(Code.invalidConfiguration, "IPAM config missing 'ipam' key", "/ipam is missing");
  }
  const sets = sourcesOf(config).map(parseRangeSet);
  if (sets.length === 0) {
    throw new CniError(
      Code.invalidConfiguration,
      "no IP ranges specified",
      "set /ipam/ranges or /ipam/subnet",
    );
  }
  requireOneSetPerFamily(sets, version);
  requireDisjointSets(sets);
  return sets;
}

/** The range sets of a configuration, and which addresses count as theirs. @throws CniError 7 as {@linkcode rangeSetsOf} */
export function poolsOf(config: HostLocalConfig, version: string): Pools {
  return {
    sets: rangeSetsOf(config, version),
    allowOutsideRange: config.ipam?.allowOutsideRange ?? false,
  };
}

function sourcesOf({ ipam, runtimeConfig }: HostLocalConfig): Source[][] {
  const single = ipam?.subnet === undefined ? [] : [[{ path: "/ipam", range: ipam }]];
  return [
    ...sourcesAt("/runtimeConfig/ipRanges", runtimeConfig?.ipRanges),
    ...single,
    ...sourcesAt("/ipam/ranges", ipam?.ranges),
  ];
}

function sourcesAt(path: string, sets: readonly (readonly RangeConfig[])[] = []): Source[][] {
  return sets.map((set, number) =>
    set.map((range, index) => ({ path: `${path}/${number}/${index}`, range })),
  );
}

/** Checks one set; `number` is its place in the order of sets. */
function parseRangeSet(sources: readonly Source[], number: number): RangeSet {
  const set = sources.map((source) => parseRange(source, number));
  const [first] = set;
  if (first === undefined) throw invalidSet(number, "empty range set", "a range set has one range at least");
  if (set.some((range) => range.start.family !== first.start.family)) {
    throw invalidSet(number, "mixed address families", "use a range set for each family");
  }
  for (const [range, other] of pairsOf(set)) {
    if (!rangesOverlap(range, other)) continue;
    throw invalidSet(number, `subnets ${formatRange(range)} and ${formatRange(other)} overlap`);
  }
  return set;
}

/** Checks one range and fills in what it leaves out. */
function parseRange({ path, range }: Source, number: number): Range {
  const subnet = parseSubnet(`${path}/subnet`, range.subnet, number);
  const gateway = addressAt(`${path}/gateway`, range.gateway) ?? nextAddress(subnet.address);
  const start = addressAt(`${path}/rangeStart`, range.rangeStart);
  const end = addressAt(`${path}/rangeEnd`, range.rangeEnd);

  const last = end ?? lastUsableAddressOf(subnet);
  if (start !== undefined && !(contains(subnet, start) && !isBehind(start, last))) {
    const reason = `RangeStart ${formatAddress(start)} not in network ${formatPrefix(subnet)}`;
    throw invalidSet(number, reason, `${path}/rangeStart must be in the subnet and not behind rangeEnd`);
  }
  const first = start ?? nextAddress(subnet.address);
  if (end !== undefined && !(contains(subnet, end) && rangeContains({ start: first, end }, end))) {
    const reason = `RangeEnd ${formatAddress(end)} not in network ${formatPrefix(subnet)}`;
    throw invalidSet(number, reason, `${path}/rangeEnd must be in the subnet and not before rangeStart`);
  }
  const excluded = excludedSpans(`${path}/exclude`, range.exclude, subnet, number);
  return { subnet, start: first, end: last, gateway, excluded };
}

function excludedSpans(
  path: string,
  texts: readonly string[] = [],
  subnet: Prefix,
  number: number,
): readonly Span[] {
  return texts.map((text, index) => {
    const span = spanAt(`${path}/${index}`, text);
    if (contains(subnet, span.start) && contains(subnet, span.end)) return span;
    const reason = `excluded ${text} not in network ${formatPrefix(subnet)}`;
    throw invalidSet(number, reason, `${path}/${index} must be in the subnet`);
  });
}

function parseSubnet(path: string, text: string | undefined, number: number): Prefix {
  if (text === undefined) throw invalidSet(number, "IP <nil> not v4 nor v6", `${path} is missing`);
  const subnet = prefixAt(path, text);
  if (subnet.length > (subnet.address.family === 4 ? 30 : 126)) {
    throw invalidSet(
      number,
      `Network ${formatPrefix(subnet)} too small to allocate from`,
      `${path} is ${text}`,
    );
  }
  const network = networkOf(subnet);
  if (!equalPrefix(subnet, network)) {
    const reason = `For a subnet mask of length ${subnet.length} the network address is ${formatAddress(network.address)}`;
    throw invalidSet(number, `Network has host bits set. ${reason}`, `${path} is ${text}`);
  }
  return subnet;
}

/** Start and end of different families are left to the check of the end. */
function isBehind(start: Address, end: Address): boolean {
  return start.family === end.family && compareAddress(start, end) > 0;
}

/** IPv4's last address is the broadcast address; IPv6 has none. */
function lastUsableAddressOf(subnet: Prefix): Address {
  const last = lastAddressOf(subnet);
  return last.family === 4 ? offsetAddress(last, -1n) : last;
}

function requireOneSetPerFamily(sets: readonly RangeSet[], version: string): void {
  if (isAtLeast(version, "0.3.0")) return;
  const families = sets.map(([range]) => range?.start.family);
  if (new Set(families).size === families.length) return;
  throw new CniError(
    Code.invalidConfiguration,
    `CNI version ${version} does not support more than 1 address per family`,
    "/cniVersion must be 0.3.0 or newer",
  );
}

function requireDisjointSets(sets: readonly RangeSet[]): void {
  for (const [set, other] of pairsOf(sets)) {
    if (!rangeSetsOverlap(set, other)) continue;
    throw new CniError(
      Code.invalidConfiguration,
      `range set ${sets.indexOf(set)} overlaps with ${sets.indexOf(other)}`,
      "an address must be in one range set only",
    );
  }
}

/** Every item with every item behind it. */
function pairsOf<T>(items: readonly T[]): [T, T][] {
  if (items.length < 2) return [];
  return items.flatMap((item, index) => items.slice(index + 1).map((other): [T, T] => [item, other]));
}

function invalidSet(number: number, reason: string, details?: string): CniError {
  return new CniError(Code.invalidConfiguration, `invalid range set ${number}: ${reason}`, details);
}
