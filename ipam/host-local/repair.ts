import { CniError, Code } from "../../lib/cni/error.ts";
import type { Repair } from "../../lib/cni/plugin.ts";
import type { Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { type Address, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { isHeldFromOthers } from "./held.ts";
import { leaseDirectory, withLeases } from "./lease-directory.ts";
import type { Leases } from "./leases.ts";
import { pooledAddresses } from "./membership.ts";
import { poolsOf } from "./ranges.ts";

/**
 * Leases addresses again that an attachment has, but does not hold any more: somebody has removed the files.
 *
 * @throws CniError 112 where somebody else holds one by now: two have the address.
 */
export function repair(
  { config, version, attachment }: Request<HostLocalConfig>,
  previous: Result,
  isTrial: boolean,
): Repair {
  const expected = pooledAddresses(poolsOf(config, version), previous);
  const steps = withLeases(leaseDirectory(config.ipam?.dataDir, attachment.network), (leases) => {
    const held = leases.heldBy(attachment);
    const lost = expected.filter((address) => !held.some((each) => equalAddress(each, address)));
    return lost.map((address) => {
      if (isHeldFromOthers(attachment.network, address, attachment)) throw taken(address, leases);
      const isFree = isTrial ? leases.isFree(address) : leases.take(address, attachment);
      if (!isFree) throw taken(address, leases);
      return `lease ${formatAddress(address)} again`;
    });
  });
  return { steps, result: previous };
}

function taken(address: Address, leases: Leases): CniError {
  const text = formatAddress(address);
  const holder = leases.known.contentOf(text);
  return new CniError(
    Code.addressTaken,
    `${text} cannot be leased again: somebody else has it`,
    `${holder === undefined ? "it is held" : `the lease is that of ${JSON.stringify(holder)}`}; stop and start the container to give it another one`,
  );
}
