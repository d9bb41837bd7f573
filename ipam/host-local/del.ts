import { system } from "#system";
import type { Request } from "../../lib/cni/request.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { isHeldFor } from "./held.ts";
import { leaseDirectory, withLeases } from "./lease-directory.ts";

/**
 * Ends the leases of the attachment (CNI specification 1.1.0, section 4, DEL); succeeds when there are none. Those of
 * addresses that are held for it stay.
 *
 * It needs to know where the leases are and nothing else of the configuration, so it works as well with one that has
 * become invalid since ADD.
 *
 * @throws CniError 11 when other calls do not let go of the leases, 5 when one cannot be removed.
 */
export function del({ config, attachment }: Request<HostLocalConfig>): void {
  const directory = leaseDirectory(config.ipam?.dataDir, attachment.network);
  if (system.status(directory) === undefined) return;
  withLeases(directory, (leases) =>
    leases.releaseAll(attachment, (address) => isHeldFor(attachment, address)),
  );
}
