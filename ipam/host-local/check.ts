import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { emptyResult } from "../../lib/cni/result-parse.ts";
import { type Address, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import type { KnownLeases } from "./known-leases.ts";
import { leaseDirectory } from "./lease-directory.ts";
import { addressesHeldBy } from "./leased.ts";
import { lookAtLeases } from "./look-at-leases.ts";
import { pooledAddresses } from "./membership.ts";
import { poolsOf } from "./ranges.ts";

/**
 * Checks that the attachment still holds its addresses (CNI specification 1.1.0, section 4, CHECK): one at least, and
 * all of the previous result that are of a range set of the configuration. Others are another plugin's.
 *
 * @throws CniError 114 when it does not, 7 for a configuration that cannot be used.
 */
export function check(
  { config, version, attachment }: Request<HostLocalConfig>,
  previous: Result | undefined,
): void {
  const pools = poolsOf(config, version);
  const directory = leaseDirectory(config.ipam?.dataDir, attachment.network);
  const expected = pooledAddresses(pools, previous ?? emptyResult);
  const problem = lookAtLeases(directory, (known) => {
    const held = addressesHeldBy(attachment, known);
    if (held === undefined) return undefined;
    if (held.length === 0) return { error: holdsNothing(attachment, directory) };
    const lost = expected.find((address) => !held.some((each) => equalAddress(each, address)));
    return { error: lost && notHeld(lost, attachment, known) };
  });
  if (problem?.error !== undefined) throw problem.error;
}

function holdsNothing({ container, interface: name }: Attachment, directory: string): CniError {
  return new CniError(
    Code.leaseLost,
    `host-local: Failed to find address added by container ${container}`,
    `no file in ${directory} is a lease of its interface ${name}; DEL the attachment and add it again`,
  );
}

function notHeld(address: Address, { container, interface: name }: Attachment, known: KnownLeases): CniError {
  const text = formatAddress(address);
  const holder = known.contentOf(text);
  return new CniError(
    Code.leaseLost,
    `${text} is not leased to interface ${name} of container ${container}`,
    holder === undefined
      ? "prevResult has it, but nobody holds it; DEL the attachment and add it again"
      : `prevResult has it, but ${JSON.stringify(holder)} holds it; DEL the attachment and add it again`,
  );
}
