import { system } from "#system";
import type { NetworkRequest, ValidAttachment } from "../../lib/cni/request.ts";
import type { Address } from "../../lib/ip/address.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { isHeldFromOthers } from "./held.ts";
import { leaseDirectory, withLeases } from "./lease-directory.ts";
import { listOf } from "./list-of.ts";

/**
 * Ends the leases of attachments of the network that are not in use any more (CNI specification 1.1.0, section 4, GC).
 *
 * As for DEL, only the place of the leases counts. What is no lease of an interface of a container stays, which is how
 * administrators keep addresses for other uses; it is listed on standard error.
 *
 * @throws CniError 11 when other calls do not let go of the leases, 5 when one cannot be removed.
 */
export function gc(
  { config, network }: NetworkRequest<HostLocalConfig>,
  valid: readonly ValidAttachment[],
): void {
  const directory = leaseDirectory(config.ipam?.dataDir, network);
  if (system.status(directory) === undefined) return;
  const isHeld = (address: Address) => isHeldFromOthers(network, address);
  const left = withLeases(directory, (leases) => leases.releaseAllBut(valid, isHeld));
  if (left.length === 0) return;
  system.writeStandardError(`host-local: GC left what is no lease in ${directory}: ${listOf(left)}\n`);
}
