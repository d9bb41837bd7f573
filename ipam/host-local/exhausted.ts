import { CniError, Code } from "../../lib/cni/error.ts";
import { formatRangeSet, type RangeSet } from "../../lib/ip/range-set.ts";

/** The error for a range set that has no address left. The text is the reference's. */
export function exhausted(set: RangeSet): CniError {
  return new CniError(
    Code.exhausted,
    `no IP addresses available in range set: ${formatRangeSet(set)}`,
    "widen the range set, or DEL the attachments that are no longer in use",
  );
}
