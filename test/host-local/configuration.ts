import { expect } from "vitest";
import type { HostLocalConfig, RangeConfig } from "../../ipam/host-local/config.schema.ts";
import { rangeSetsOf } from "../../ipam/host-local/ranges.ts";
import type { RangeSet } from "../../lib/ip/range-set.ts";

/** What `/ipam` may hold. */
export type IpamConfig = NonNullable<HostLocalConfig["ipam"]>;

/** A configuration with range sets and nothing else. */
export function configOf(...ranges: RangeConfig[][]): HostLocalConfig {
  return { name: "net0", ipam: { ranges } };
}

/** One range set, checked and filled in. */
export function rangeSet(...ranges: RangeConfig[]): RangeSet {
  const [set] = rangeSetsOf(configOf(ranges), "1.1.0");
  return set ?? expect.fail("there is no range set");
}
