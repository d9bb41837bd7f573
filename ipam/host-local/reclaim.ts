import { system } from "#system";
import type { NetworkName, ValidAttachment } from "../../lib/cni/request.ts";
import { type Address, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { portName } from "../../lib/net/identity.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { timeBeforeBoot } from "./boot-time.ts";
import { isHeldFromOthers } from "./held.ts";
import { holderOf } from "./lease-files.ts";
import type { Leases } from "./leases.ts";
import { listOf } from "./list-of.ts";

/**
 * Ends leases that an earlier boot of this machine left behind: no namespace outlives that, and so no attachment.
 *
 * Only what can be nobody's is ended: a lease of an interface of a container that is older than the boot by a clear
 * margin, whose port is not there, whose address answers to no one and is not held. Where the clock seems wrong, nothing
 * is.
 *
 * @param isWanted Which addresses to look at.
 * @returns the addresses that are free now.
 * @throws CniError 5 when a lease cannot be ended.
 */
export function reclaim(
  leases: Leases,
  network: NetworkName,
  isWanted: (address: Address) => boolean,
): Address[] {
  const left = leftByEarlierBoot(leases, network, isWanted);
  for (const address of left) leases.release(address);
  if (left.length > 0) {
    const names = listOf(left.map(formatAddress));
    system.writeStandardError(`host-local: ended leases of an earlier boot: ${names}\n`);
  }
  return left;
}

/** The addresses whose leases {@linkcode reclaim} would end. */
export function leftByEarlierBoot(
  leases: Leases,
  network: NetworkName,
  isWanted: (address: Address) => boolean,
): Address[] {
  const boot = timeBeforeBoot();
  if (boot === undefined) return [];
  const answering = addressesThatAnswered();
  const left: Address[] = [];
  for (const [name, content] of leases.readAll()) {
    const address = parseAddress(name);
    if (address === undefined || !isWanted(address)) continue;
    const modified = leases.modified(name) ?? 0n;
    // A clock that is behind a file is wrong, and so may be what it says of the boot.
    if (modified > BigInt(system.now() + clockTolerance) * nanosecondsPerMillisecond) return [];
    const holder = holderOf(content);
    if (holder === undefined || modified >= boot) continue;
    if (answering.has(name) || hasPort(network, holder) || isHeldFromOthers(network, address)) continue;
    left.push(address);
  }
  return left;
}

/** What a file system's time may be ahead of the clock, in milliseconds. */
const clockTolerance = 1_000;

const nanosecondsPerMillisecond = 1_000_000n;

/** Whether there is the port of an attachment, or a record of it: both are of this boot. */
function hasPort(network: NetworkName, holder: ValidAttachment): boolean {
  const port = portName({ network, ...holder });
  return [`/sys/class/net/${port}`, `/run/lxc-cni/attachments/${port}`].some(
    (path) => system.status(path) !== undefined,
  );
}

/** The IPv4 addresses that this host has found somebody to have: whose entries in its ARP table are complete. */
function addressesThatAnswered(): ReadonlySet<string> {
  try {
    const lines = system.readText("/proc/net/arp").split("\n").slice(1);
    const entries = lines.map((line) => line.split(/\s+/));
    return new Set(entries.flatMap(([address = "", , flags]) => (Number(flags) & complete ? [address] : [])));
  } catch (error) {
    if (isSystemError(error)) return new Set();
    throw error;
  }
}

/** ATF_COM of linux/if_arp.h. */
const complete = 0x2;
