import { system } from "#system";
import { attachmentKey } from "../cni/attachment-key.ts";
import { CniError } from "../cni/error.ts";
import { isObject, type Json, type JsonObject, parseJson, sorted, stringifyCompact } from "../cni/json.ts";
import { isContainerId, isNetworkName } from "../cni/names.ts";
import type { Attachment } from "../cni/request.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { parseLinkName } from "../ip/link-name.ts";
import { isSystemError } from "../system/error.ts";
import { temporaryPrefix } from "../system/system.ts";
import type { AttachmentArguments, CniArguments } from "./attachment-arguments.ts";
import { isThere } from "./is-there.ts";
import { keepFile } from "./keep-file.ts";

/** Where results of ADD are kept, by every runtime on the host. */
export const cacheDirectory = "/var/lib/cni/results";

const kind = "cniCacheV1";

/** What ADD came to, for the CHECK and the DEL that follow: with all that it was done with. */
export interface CachedAttachment extends AttachmentArguments {
  readonly attachment: Attachment;
  /** The path of the container's namespace, as ADD got it; empty where it is not known. */
  readonly netnsPath: string;
  /** The network's configuration, as it was read. */
  readonly source: string;
  /** The result, in the version of the configuration. */
  readonly result: Json;
}

/**
 * Keeps what an ADD came to, in libcni's format (docs/formats.md). The file is replaced in one step.
 *
 * @throws CniError 5 where it cannot be written.
 */
export function writeCache(cached: CachedAttachment): void {
  const { attachment, netnsPath, source, result, arguments: pairs, capabilityArguments } = cached;
  const entry = {
    kind,
    containerId: attachment.container,
    config: encodeBase64(encodeUtf8(source)),
    ifName: attachment.interface,
    networkName: attachment.network,
    netns: netnsPath === "" ? undefined : netnsPath,
    cniArgs: pairs.length === 0 ? undefined : pairs,
    // The Go library keeps these in maps, which it prints in the order of the alphabet.
    capabilityArgs: Object.keys(capabilityArguments).length === 0 ? undefined : sorted(capabilityArguments),
    result: sorted(result),
  };
  keepFile(cacheDirectory, nameOf(attachment), stringifyCompact(entry));
}

/**
 * What is kept of an attachment; undefined where nothing is, or nothing that can be understood, and where it is another
 * attachment's: since all of the three names may have hyphens, libcni gives some the same path.
 */
export function readCache(attachment: Attachment): CachedAttachment | undefined {
  const cached = readEntry(pathOf(attachment));
  return cached !== undefined && attachmentKey(cached.attachment) === attachmentKey(attachment)
    ? cached
    : undefined;
}

/**
 * All attachments that are kept on this host, by whichever runtime, in the order of their files.
 *
 * @param warn Is told of files that are passed over, since they are no such entries.
 * @throws SystemError where the directory cannot be read.
 */
export function cachedAttachments(warn: (text: string) => void = () => undefined): CachedAttachment[] {
  const names = (system.listDirectory(cacheDirectory) ?? []).filter(
    (name) => !name.startsWith(temporaryPrefix),
  );
  return names.flatMap((name) => {
    const path = `${cacheDirectory}/${name}`;
    const cached = readEntry(path);
    if (cached !== undefined && pathOf(cached.attachment) === path) return [cached];
    if (isThere(path)) warn(`passed over ${path}: it is no attachment that can be understood`);
    return [];
  });
}

/** When an attachment was kept, in milliseconds since 1970; undefined where it is not. */
export function keptSince(attachment: Attachment): number | undefined {
  const modified = system.status(pathOf(attachment))?.modified;
  return modified === undefined ? undefined : Number(modified / 1_000_000n);
}

/** Forgets an attachment. */
export function removeCache(attachment: Attachment): void {
  system.removeFile(pathOf(attachment));
}

function pathOf(attachment: Attachment): string {
  return `${cacheDirectory}/${nameOf(attachment)}`;
}

function nameOf({ network, container, interface: name }: Attachment): string {
  return `${network}-${container}-${name}`;
}

/** An entry; undefined where the file is none: unreadable, of another kind (libcni's older ones), or half of one. */
function readEntry(path: string): CachedAttachment | undefined {
  const entry = parse(path);
  if (!isObject(entry) || entry.kind !== kind || typeof entry.config !== "string") return undefined;
  const attachment = attachmentOf(entry);
  const source = decodeBase64(entry.config);
  if (attachment === undefined || source === undefined) return undefined;
  const { netns, cniArgs, capabilityArgs, result } = entry;
  return {
    attachment,
    netnsPath: typeof netns === "string" ? netns : "",
    source: decodeUtf8(source),
    result,
    arguments: isPairs(cniArgs) ? cniArgs : [],
    capabilityArguments: isObject(capabilityArgs) ? capabilityArgs : {},
  };
}

function attachmentOf({ networkName, containerId, ifName }: JsonObject): Attachment | undefined {
  const name = typeof ifName === "string" ? parseLinkName(ifName) : undefined;
  if (typeof networkName !== "string" || !isNetworkName(networkName)) return undefined;
  if (typeof containerId !== "string" || !isContainerId(containerId)) return undefined;
  return name && { network: networkName, container: containerId, interface: name };
}

function isPairs(value: Json | CniArguments): value is CniArguments {
  return Array.isArray(value) && value.every(isPair);
}

function isPair(pair: Json): boolean {
  return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
}

function parse(path: string): Json {
  try {
    return parseJson(system.readRegular(path), "attachment");
  } catch (error) {
    if (error instanceof CniError || isSystemError(error)) return undefined;
    throw error;
  }
}
