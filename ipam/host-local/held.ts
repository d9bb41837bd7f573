import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment, NetworkName } from "../../lib/cni/request.ts";
import { type Address, formatAddress } from "../../lib/ip/address.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { contentFor } from "./lease-files.ts";
import { leaseAddress } from "./sort-files.ts";

/** Where the addresses are that are held for somebody who is away, such as a container that was checkpointed. */
const directory = "/var/lib/lxc-cni/held";

/** The directories of held addresses: one of each network that has had some. @throws SystemError */
export function heldDirectories(): string[] {
  const paths = (system.listDirectory(directory) ?? []).map((network) => `${directory}/${network}`);
  return paths.filter((path) => system.status(path)?.kind === "directory");
}

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
 * An address is also held when nobody can tell for whom.
 *
 * @param attachment undefined: held for whomever.
 */
export function isHeldFromOthers(network: NetworkName, address: Address, attachment?: Attachment): boolean {
  const path = pathOf(network, address);
  if (system.status(path) === undefined) return false;
  try {
    const holder = system.readRegular(path).trim();
    return attachment === undefined || holder !== contentFor(attachment);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code !== "ENOENT";
  }
}

/** Whether an address is held for this attachment. */
export function isHeldFor(attachment: Attachment, address: Address): boolean {
  const { network } = attachment;
  return isHeldFromOthers(network, address) && !isHeldFromOthers(network, address, attachment);
}

/**
 * Holds an address for an attachment, which may do so already.
 *
 * @throws CniError 112 where it is held for somebody else; SystemError where that cannot be written
 */
export function holdAddress(attachment: Attachment, address: Address): void {
  system.makeDirectory(`${directory}/${attachment.network}`, 0o700);
  const path = pathOf(attachment.network, address);
  if (system.createFile(path, contentFor(attachment), 0o600) || isHeldFor(attachment, address)) return;
  throw new CniError(
    Code.addressTaken,
    `${formatAddress(address)} of network ${attachment.network} is held for somebody else`,
    `${path} says for whom`,
  );
}

/** Holds it no longer. What is held for others stays. */
export function unholdAddress(attachment: Attachment, address: Address): void {
  if (isHeldFor(attachment, address)) system.removeFile(pathOf(attachment.network, address));
}

function pathOf(network: NetworkName, address: Address): string {
  return `${directory}/${network}/${formatAddress(address)}`;
}
