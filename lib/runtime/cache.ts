import { system } from "#system";
import { isObject, type Json, sorted, stringifyCompact } from "../cni/json.ts";
import type { Attachment } from "../cni/request.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { isSystemError } from "../system/error.ts";

/** Where results of ADD are kept, by every runtime on the host. */
const directory = "/var/lib/cni/results";

const kind = "cniCacheV1";

/** What ADD came to, for the DEL that follows: with the configuration that it was done with. */
export interface CachedAttachment {
  /** The network's configuration, as it was read. */
  readonly source: string;
  /** The result, in the version of the configuration. */
  readonly result: Json;
}

/**
 * Keeps what an ADD came to, in libcni's format (docs/formats.md). The file is replaced in one step.
 *
 * @throws SystemError where it cannot be written.
 */
export function writeCache(
  attachment: Attachment,
  netnsPath: string,
  { source, result }: CachedAttachment,
): void {
  system.makeDirectory(directory, 0o700);
  const entry = {
    kind,
    containerId: attachment.container,
    config: encodeBase64(encodeUtf8(source)),
    ifName: attachment.interface,
    networkName: attachment.network,
    netns: netnsPath === "" ? undefined : netnsPath,
    // The Go library keeps results in a map, which it prints in the order of the alphabet.
    result: sorted(result),
  };
  system.replaceFile(pathOf(attachment), stringifyCompact(entry), 0o600);
}

/** What is kept of an attachment; undefined where nothing is, or nothing that can be understood. */
export function readCache(attachment: Attachment): CachedAttachment | undefined {
  const entry = parse(pathOf(attachment));
  if (!isObject(entry) || entry.kind !== kind || typeof entry.config !== "string") return undefined;
  const source = decodeBase64(entry.config);
  return source && { source: decodeUtf8(source), result: entry.result };
}

/** Forgets an attachment. */
export function removeCache(attachment: Attachment): void {
  system.removeFile(pathOf(attachment));
}

function pathOf({ network, container, interface: name }: Attachment): string {
  return `${directory}/${network}-${container}-${name}`;
}

function parse(path: string): Json {
  try {
    return JSON.parse(system.readText(path));
  } catch (error) {
    if (error instanceof SyntaxError || isSystemError(error)) return undefined;
    throw error;
  }
}
