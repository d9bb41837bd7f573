import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError } from "../../lib/cni/error.ts";
import { inDirectory } from "../../lib/cni/in-directory.ts";
import { stringifyCompact } from "../../lib/cni/json.ts";
import type { NetworkName } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { isPortName } from "../../lib/net/identity.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { AttachmentRecord } from "./record.schema.ts";

/** Where the records of this boot are, each in a file named like the port (docs/formats.md). */
const directory = "/run/lxc-cni/attachments";

/**
 * Records what an ADD is about to make, before it does.
 *
 * A DEL that finds the record need not look for rules where there are none. One that finds none looks everywhere, so a
 * record that cannot be written (a read-only /run) costs time and nothing else.
 */
export function writeRecord(port: LinkName, record: AttachmentRecord): void {
  const write = () => system.replaceFile(pathOf(port), stringifyCompact(record), 0o600);
  try {
    inDirectory(directory, write);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** What was recorded of a port; undefined where nothing usable was. */
export function readRecord(port: LinkName): AttachmentRecord | undefined {
  try {
    const record = JSON.parse(system.readText(pathOf(port)));
    return decode<AttachmentRecord>(AttachmentRecord, record, { lenient: false, warn: () => {} });
  } catch (error) {
    if (isSystemError(error) || error instanceof CniError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Forgets what was recorded of a port. @throws SystemError where it stays */
export function removeRecord(port: LinkName): void {
  system.removeFile(pathOf(port));
}

/** The ports of a network of which there are records. */
export function recordedPorts(network: NetworkName): LinkName[] {
  const names = system.listDirectory(directory) ?? [];
  return names.filter((name) => isPortName(name, network)) as LinkName[];
}

function pathOf(port: LinkName): string {
  return `${directory}/${port}`;
}
