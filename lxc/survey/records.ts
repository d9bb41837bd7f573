import { system } from "#system";
import type { Link } from "../../lib/net/link-backend.ts";
import { withHostLinks } from "../../lib/net/open-links.ts";
import { type CachedAttachment, cachedAttachments } from "../../lib/runtime/cache.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Run, recordedRuns } from "../container/runs.ts";

/** What this host has on attachments, read once, each part as a whole. */
export interface Records {
  readonly runs: readonly Run[];
  readonly kept: readonly KeptAttachment[];
  /** The links of the host. */
  readonly links: readonly Link[];
}

/** What some runtime has kept of an attachment. */
export interface KeptAttachment extends CachedAttachment {
  /** Whether the namespace that it was made in is there; undefined where that is not known. */
  readonly hasNamespace: boolean | undefined;
}

/**
 * Reads them: some files for each container, and one listing of all links.
 *
 * @param warn Is told of files that cannot be understood.
 * @throws SystemError, CniError where records or links cannot be read.
 */
export function readRecords(warn: (text: string) => void): Records {
  const runs = recordedRuns(warn);
  const device = system.status("/proc/self/ns/net")?.device;
  const kept = cachedAttachments(warn).map((cached) => ({
    ...cached,
    hasNamespace: cached.netnsPath === "" ? undefined : isNamespace(cached.netnsPath, device),
  }));
  return { runs, kept, links: withHostLinks((links) => links.readLinks("host")) };
}

/**
 * Whether something is mounted at a path, or a process keeps it: what is left of a namespace is an empty file. Undefined
 * where it cannot be looked at.
 */
function isNamespace(path: string, device: number | undefined): boolean | undefined {
  try {
    return device !== undefined && system.status(path)?.device === device;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
