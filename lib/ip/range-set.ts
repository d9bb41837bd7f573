import type { Address } from "./address.ts";
import { formatRange, type Range, rangeContains, rangesOverlap } from "./range.ts";

/** Ranges of one family, of which no two overlap. An attachment gets one address of each set. */
export type RangeSet = readonly Range[];

/** The range of the set that the address is in. */
export function rangeOf(set: RangeSet, address: Address): Range | undefined {
  return set.find((range) => rangeContains(range, address));
}

/** Whether some address is in both sets. */
export function rangeSetsOverlap(a: RangeSet, b: RangeSet): boolean {
  return a.some((range) => b.some((other) => rangesOverlap(range, other)));
}

/** The set as the reference writes it: its ranges, separated by commas. */
export function formatRangeSet(set: RangeSet): string {
  return set.map(formatRange).join(",");
}
