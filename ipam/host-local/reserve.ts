import type { Attachment } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { type Address, formatAddress } from "../../lib/ip/address.ts";
import { add } from "./add.ts";
import type { HostLocalConfig } from "./config.schema.ts";

/**
 * Leases addresses to an attachment that is to come, as ADD will for it: ADD takes over the leases when it is told to
 * adopt them. What it holds already, it keeps.
 *
 * @throws CniError as for {@linkcode add}: 112 where an address is taken, 113 where it is in no range.
 */
export function reserve(
  config: HostLocalConfig,
  version: string,
  attachment: Attachment,
  addresses: readonly Address[],
): Result {
  const cni = { ...config.args?.cni, ips: addresses.map(formatAddress), adopt: true };
  const wanted = { ...config, args: { ...config.args, cni } };
  return add({ config: wanted, version, attachment, arguments: new Map() });
}
