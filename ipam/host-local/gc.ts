import { system } from "#system";
import type { NetworkRequest, ValidAttachment } from "../../lib/cni/request.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { leaseDirectory, withLeases } from "./lease-directory.ts";

/**
 * Ends the leases of attachments of the network that are not in use any more (CNI specification 1.1.0, section 4, GC).
 *
 * As for DEL, only the place of the leases counts.
 *
 * @throws CniError 11 when other calls do not let go of the leases, 5 when one cannot be removed.
 */
export function gc(
  { config, network }: NetworkRequest<HostLocalConfig>,
  valid: readonly ValidAttachment[],
): void {
  const directory = leaseDirectory(config.ipam?.dataDir, network);
  if (system.status(directory) === undefined) return;
  withLeases(directory, (leases) => leases.releaseAllBut(valid));
}
