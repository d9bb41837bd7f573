import { leaseHolders } from "../../ipam/host-local/leased.ts";
import { distinctOnNetwork } from "../../lib/cni/attachment-key.ts";
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
  return distinctOnNetwork([...kept, ...leaseHolders(plugins[0] ?? {}, name)]);
}
