import { system } from "#system";
import type { Attachment, NetworkName } from "../../lib/cni/request.ts";
import { type Address, formatAddress } from "../../lib/ip/address.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { contentFor } from "./lease-files.ts";
import { leaseAddress } from "./sort-files.ts";

/** Where the addresses are that are held for somebody who is away, such as a container that was checkpointed. */
const directory = "/var/lib/lxc-cni/held";

/**
 * The addresses of a network that are held, for whomever (docs/formats.md).
 *
 * @throws SystemError where nobody can tell.
 */
export function heldAddresses(network: NetworkName): Address[] {
  const names = system.listDirectory(`${directory}/${network}`) ?? [];
  const addresses = names.flatMap((name) => leaseAddress(name) ?? []);
  return addresses.filter((address) => isHeldFromOthers(network, address));
}

/**
 * Whether an address of a network is held, and not for this attachment (docs/formats.md).
 *
 * Nothing of this project writes there yet. An address is also held when nobody can tell for whom.
 *
 * @param attachment undefined: held for whomever.
 */
export function isHeldFromOthers(network: NetworkName, address: Address, attachment?: Attachment): boolean {
  const path = `${directory}/${network}/${formatAddress(address)}`;
  if (system.status(path) === undefined) return false;
  try {
    const holder = system.readRegular(path).trim();
    return attachment === undefined || holder !== contentFor(attachment);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code !== "ENOENT";
  }
}
