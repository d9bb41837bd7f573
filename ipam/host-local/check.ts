import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment, Request } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { type Address, equalAddress, formatAddress } from "../../lib/ip/address.ts";
import { rangeOf } from "../../lib/ip/range-set.ts";
import type { HostLocalConfig } from "./config.schema.ts";
import { type LeaseFiles, readLeaseFiles } from "./lease-files.ts";
import { addressesHeldBy } from "./leased.ts";
import { leaseDirectory } from "./leases.ts";
import { rangeSetsOf } from "./ranges.ts";

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
  const sets = rangeSetsOf(config, version);
  const directory = leaseDirectory(config.ipam?.dataDir, attachment.network);
  const { contents } = readLeaseFiles(directory);
  const held = addressesHeldBy(attachment, contents);
  if (held.length === 0) throw holdsNothing(attachment, directory);

  const expected = (previous?.ips ?? [])
    .map(({ address }) => address.address)
    .filter((address) => sets.some((set) => rangeOf(set, address) !== undefined));
  const lost = expected.find((address) => !held.some((each) => equalAddress(each, address)));
  if (lost !== undefined) throw isLost(lost, attachment, contents);
}

function holdsNothing({ container, interface: name }: Attachment, directory: string): CniError {
  return new CniError(
    Code.leaseLost,
    `host-local: Failed to find address added by container ${container}`,
    `no file in ${directory} is a lease of its interface ${name}; DEL the attachment and add it again`,
  );
}

function isLost(
  address: Address,
  { container, interface: name }: Attachment,
  contents: LeaseFiles["contents"],
): CniError {
  const text = formatAddress(address);
  const holder = contents.get(text);
  return new CniError(
    Code.leaseLost,
    `${text} is not leased to interface ${name} of container ${container}`,
    holder === undefined
      ? "prevResult has it, but nobody holds it; DEL the attachment and add it again"
      : `prevResult has it, but ${JSON.stringify(holder)} holds it; DEL the attachment and add it again`,
  );
}
