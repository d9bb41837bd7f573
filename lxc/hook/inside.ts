import { CniError, describe } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { Dns, Result } from "../../lib/cni/result.ts";
import { parseResult } from "../../lib/cni/result-parse.ts";
import { readCache } from "../../lib/runtime/cache.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Held } from "../container/incarnation.schema.ts";
import { attachmentOf } from "../container/incarnation.ts";
import { bringLoopbackUp } from "../container/loopback.ts";
import { writeResolvConf } from "../dns/write-resolv-conf.ts";
import { warn } from "../runtime.ts";
import type { HookWords } from "./words.ts";

/** What a container has been attached to, by this call and by those of other hook lines before. */
interface Attached {
  /** The path of its network namespace. */
  readonly netnsPath: string;
  readonly before: readonly Held[];
  readonly results: readonly Result[];
}

/**
 * Prepares what a container on its networks needs besides: `lo` and a resolver. What fails of it is reported, and no
 * reason for the container not to start.
 *
 * @param pid Its first process.
 */
export function prepareInside(
  container: ContainerId,
  pid: number,
  { netnsPath, before, results }: Attached,
  { dns }: HookWords,
): void {
  unlessItFails("lo", () => {
    const reason = bringLoopbackUp(netnsPath);
    if (reason !== undefined) warn(`lo of the container cannot be brought up: ${reason}`);
  });
  if (!dns) return;
  unlessItFails("/etc/resolv.conf", () => {
    const kept = before.map((each) => dnsOf(attachmentOf(container, each), netnsPath));
    writeResolvConf(pid, [...kept, ...results.map((result) => result.dns)]);
  });
}

/** What a network says that another hook line has attached this run of the container to. */
function dnsOf(attachment: Attachment, netnsPath: string): Dns {
  const cached = readCache(attachment);
  return cached?.netnsPath === netnsPath ? parseResult(cached.result, "0.4.0").dns : {};
}

function unlessItFails(what: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof CniError) && !isSystemError(error)) throw error;
    warn(`${what} of the container: ${describe(error)}`);
  }
}
