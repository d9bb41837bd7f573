import { system } from "#system";
import type { Attachment, ContainerId, ValidAttachment } from "../../lib/cni/request.ts";
import { type Address, parseAddress } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import { isSystemError, type SystemError } from "../../lib/system/error.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";

/** The file whose flock(2) guards the leases of a network. */
export const lockName = "lock";

/** How the names of the files begin that hold the address that a range set gave last. */
export const lastReservedName = "last_reserved_ip.";

/** What a lease directory holds (docs/formats.md). */
export interface LeaseFiles {
  /**
   * The content of each file that may be a lease, by name: without white space around it, as the reference compares
   * them, and `undefined` where it cannot be read.
   */
  readonly contents: Map<string, string | undefined>;
  /** The files that cannot be read, and why. */
  readonly unreadable: ReadonlyMap<string, SystemError>;
  /** The names of files that were being written when they were read, or are left of a call that was killed. */
  readonly temporary: readonly string[];
}

/**
 * Reads files of a lease directory, once; there is nothing in one that is missing.
 *
 * Leases appear and vanish in one step, so this needs no lock. Without it, what was read may be history. What is no
 * regular file is not opened: a FIFO would wait for a writer.
 *
 * @param names All of its files when absent.
 */
export function readLeaseFiles(
  directory: string,
  names: readonly string[] = system.listDirectory(directory) ?? [],
): LeaseFiles {
  const contents = new Map<string, string | undefined>();
  const unreadable = new Map<string, SystemError>();
  const temporary: string[] = [];
  for (const name of names) {
    if (name.startsWith(temporaryPrefix)) temporary.push(name);
    if (!mayBeLease(name)) continue;
    try {
      contents.set(name, system.readRegular(`${directory}/${name}`).trim());
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === "ENOENT") continue;
      contents.set(name, undefined);
      unreadable.set(name, error);
    }
  }
  return { contents, unreadable, temporary };
}

/**
 * The address that a range set gave last; undefined where what is noted is none.
 *
 * @param set The number of the set.
 * @throws SystemError where nothing is noted (ENOENT), or that cannot be read.
 */
export function readLastReserved(directory: string, set: number): Address | undefined {
  return parseAddress(system.readRegular(`${directory}/${lastReservedName}${set}`).trim());
}

/** What the file of an attachment's lease holds, byte for byte as the reference writes it. */
export function contentFor({
  container,
  interface: name,
}: Pick<Attachment, "container" | "interface">): string {
  return `${container}\r\n${name}`;
}

/** Whom a file with this content is a lease of; undefined where it is none, or names no interface. */
export function holderOf(content: string | undefined): ValidAttachment | undefined {
  const [, container, name] = /^([a-zA-Z0-9][a-zA-Z0-9_.-]*)\r\n([^\s/:]+)$/.exec(content ?? "") ?? [];
  const link = parseLinkName(name ?? "");
  if (container === undefined || link === undefined) return undefined;
  return { container: container as ContainerId, interface: link };
}

/**
 * Whether an attachment that is not in use may have left this: container and interface, or nothing yet, which is what a
 * crash of the reference leaves.
 */
export function isLeftOver(content: string | undefined): boolean {
  return content !== undefined && /^([a-zA-Z0-9][a-zA-Z0-9_.-]*\r\n[^\s/:]+)?$/.test(content);
}

function mayBeLease(name: string): boolean {
  return name !== lockName && !name.startsWith(lastReservedName) && !name.startsWith(temporaryPrefix);
}
