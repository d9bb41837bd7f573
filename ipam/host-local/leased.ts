import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import type { JsonObject } from "../../lib/cni/json.ts";
import type { Attachment, NetworkName, ValidAttachment } from "../../lib/cni/request.ts";
import { type Address, compareAddress, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { timeBeforeBoot } from "./boot-time.ts";
import { HostLocalConfig } from "./config.schema.ts";
import { type KnownLeases, namesHeldBy } from "./known-leases.ts";
import { leaseDirectory } from "./lease-directory.ts";
import { holderOf, readLeaseFiles } from "./lease-files.ts";
import { lookAtLeases } from "./look-at-leases.ts";

/**
 * The addresses that the attachment holds, lowest first, as far as that can be told without the lock.
 *
 * @param config A network configuration whose addresses host-local leases, in whatever state: of it, only
 *   `/ipam/dataDir` counts.
 * @returns none where there is no lease, and where leases cannot be read.
 */
export function leasedAddresses(config: object, attachment: Attachment): Address[] {
  try {
    const directory = directoryOf(config, attachment.network);
    return lookAtLeases(directory, (known) => addressesHeldBy(attachment, known)) ?? [];
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/**
 * Who holds leases of a network, as far as that can be told without the lock; leases that name no interface are left out.
 *
 * @param config As for {@linkcode leasedAddresses}.
 */
export function leaseHolders(config: object, network: NetworkName): ValidAttachment[] {
  try {
    const { contents } = readLeaseFiles(directoryOf(config, network));
    return [...contents.values()].flatMap((content) => holderOf(content) ?? []);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/** A lease of an interface of a container. */
export interface Lease {
  readonly holder: ValidAttachment;
  /** The address, as the file is named. */
  readonly address: string;
  /** When it was made, in milliseconds since 1970. */
  readonly made: number;
}

/**
 * The leases of a network that name an interface, as far as that can be told without the lock.
 *
 * @param config As for {@linkcode leasedAddresses}.
 */
export function leasesOf(config: object, network: NetworkName): Lease[] {
  const directory = directoryOf(config, network);
  try {
    return [...readLeaseFiles(directory).contents].flatMap(([address, content]) => {
      const holder = holderOf(content);
      const modified = system.status(`${directory}/${address}`)?.modified;
      if (holder === undefined || modified === undefined) return [];
      return [{ holder, address, made: Number(modified / 1_000_000n) }];
    });
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/**
 * Whether every lease that the attachment holds was written before this machine booted: nothing is alive that has it.
 *
 * @param config As for {@linkcode leasedAddresses}.
 * @returns false also where the attachment holds none, or one of them ends meanwhile, and where nobody can tell when
 *   the machine booted.
 */
export function areLeasesOfEarlierBoot(config: object, attachment: Attachment): boolean {
  const directory = directoryOf(config, attachment.network);
  const files = leasedAddresses(config, attachment).map(
    (address) => `${directory}/${formatAddress(address)}`,
  );
  const boot = timeBeforeBoot();
  if (boot === undefined || files.length === 0) return false;
  return files.every((path) => {
    const modified = system.status(path)?.modified;
    return modified !== undefined && modified < boot;
  });
}

function directoryOf(config: object, network: NetworkName): string {
  const lenient = { lenient: true, warn: () => {} };
  // What a caller has decoded by a schema of its own is JSON all the same.
  const known = decode<HostLocalConfig | undefined>(HostLocalConfig, config as JsonObject, lenient);
  return leaseDirectory(known?.ipam?.dataDir, network);
}

/** The addresses that the attachment holds, lowest first; undefined where what is known of them is wrong. */
export function addressesHeldBy(attachment: Attachment, known: KnownLeases): Address[] | undefined {
  const addresses = namesHeldBy(attachment, known)?.map(parseAddress);
  return addresses?.filter((address) => address !== undefined).sort(compareAddress);
}
