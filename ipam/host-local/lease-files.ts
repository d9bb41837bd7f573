import { system } from "#system";
import type { Attachment, ContainerId, ValidAttachment } from "../../lib/cni/request.ts";
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
 * Reads every file of a lease directory, once; there is nothing in one that is missing.
 *
 * Leases appear and vanish in one step, so this needs no lock. Without it, what was read may be history.
 */
export function readLeaseFiles(directory: string): LeaseFiles {
  const contents = new Map<string, string | undefined>();
  const unreadable = new Map<string, SystemError>();
  const temporary: string[] = [];
  for (const name of system.listDirectory(directory) ?? []) {
    if (name.startsWith(temporaryPrefix)) temporary.push(name);
    if (!mayBeLease(name)) continue;
    try {
      contents.set(name, system.readText(`${directory}/${name}`).trim());
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === "ENOENT") continue;
      contents.set(name, undefined);
      unreadable.set(name, error);
    }
  }
  return { contents, unreadable, temporary };
}

/** The names of the files in a lease directory that may be leases, none of which is read. */
export function leaseNames(directory: string): string[] {
  return (system.listDirectory(directory) ?? []).filter(mayBeLease);
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
 * The names of the files that are leases of the attachment. Those that early versions of the reference made, which
 * name no interface, are its own when it has no others.
 */
export function namesHeldBy(attachment: Attachment, contents: LeaseFiles["contents"]): string[] {
  const own = namesHolding(contentFor(attachment), contents);
  return own.length > 0 ? own : namesHolding(attachment.container, contents);
}

/** The names of the files with this content. */
export function namesHolding(content: string, contents: LeaseFiles["contents"]): string[] {
  return [...contents].filter(([, found]) => found === content).map(([name]) => name);
}

function mayBeLease(name: string): boolean {
  return name !== lockName && !name.startsWith(lastReservedName) && !name.startsWith(temporaryPrefix);
}
