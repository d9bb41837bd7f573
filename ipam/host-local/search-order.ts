import { type Address, compareAddress, equalAddress, offsetAddress } from "../../lib/ip/address.ts";
import { type Range, rangeContains, type Span } from "../../lib/ip/range.ts";
import { type RangeSet, rangeOf } from "../../lib/ip/range-set.ts";

/**
 * The addresses of a set in the order in which they are to be tried: round robin, each once.
 *
 * They begin behind the address that was handed out last, so that one that was just released rests as long as possible,
 * and end with that one. A range's own gateway and the addresses that it excludes are left out.
 *
 * A set can have 2^64 addresses and more; there are about as many spans as ranges.
 *
 * @param last The address handed out last; one that is not in the set (any more) counts for nothing.
 */
export function searchOrder(set: RangeSet, last: Address | undefined): Span[] {
  const range = last && rangeOf(set, last);
  if (last === undefined || range === undefined) return set.flatMap(poolOf);
  const place = set.indexOf(range);
  const pool = poolOf(range);
  return [
    ...pool.flatMap((span) => partBehind(span, last)),
    ...[...set.slice(place + 1), ...set.slice(0, place)].flatMap(poolOf),
    ...pool.flatMap((span) => partUpTo(span, last)),
  ];
}

/** Whether the address is the gateway of the range that it is in. Those of other ranges are addresses like others. */
export function isGateway(set: RangeSet, address: Address): boolean {
  const range = rangeOf(set, address);
  return range !== undefined && equalAddress(range.gateway, address);
}

/** What a range has to give to those who do not ask for an address. */
function poolOf({ start, end, gateway, excluded }: Range): Span[] {
  const gaps = [{ start: gateway, end: gateway }, ...excluded];
  return gaps.reduce<Span[]>((spans, gap) => spans.flatMap((span) => without(span, gap)), [{ start, end }]);
}

/** The parts of a span that are not in another one. */
function without(span: Span, gap: Span): Span[] {
  if (!rangeContains(gap, span.start) && !rangeContains(span, gap.start)) return [span];
  return [...partBefore(span, gap.start), ...partBehind(span, gap.end)];
}

function partBefore(span: Span, address: Address): Span[] {
  if (compareAddress(address, span.start) <= 0) return [];
  return partUpTo(span, offsetAddress(address, -1n));
}

function partUpTo({ start, end }: Span, address: Address): Span[] {
  if (compareAddress(address, start) < 0) return [];
  return [{ start, end: compareAddress(address, end) < 0 ? address : end }];
}

function partBehind({ start, end }: Span, address: Address): Span[] {
  if (compareAddress(address, end) >= 0) return [];
  return [{ start: compareAddress(address, start) < 0 ? start : offsetAddress(address, 1n), end }];
}
