import { leaseHolders } from "../../ipam/host-local/leased.ts";
import type { ValidAttachment } from "../../lib/cni/request.ts";
import type { CachedAttachment } from "../../lib/runtime/cache.ts";
import type { Network } from "../../lib/runtime/network.ts";

/**
 * Who is on a network, or may be: those whose results are kept, and those who hold leases.
 *
 * @param cached What is kept of all networks.
 */
export function attachmentsOf(
  { name, plugins }: Network,
  cached: readonly CachedAttachment[],
): ValidAttachment[] {
  const kept = cached.map(({ attachment }) => attachment).filter(({ network }) => network === name);
  const isKept = (holder: ValidAttachment) =>
    kept.some((each) => each.container === holder.container && each.interface === holder.interface);
  return [...kept, ...leaseHolders(plugins[0] ?? {}, name).filter((holder) => !isKept(holder))];
}
