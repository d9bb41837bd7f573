import { distinctOnNetwork } from "../cni/attachment-key.ts";
import type { CarriedPlugins } from "../cni/delegate.ts";
import { asCniError, CniError, together } from "../cni/error.ts";
import { withLock } from "../cni/lock.ts";
import type { Attachment, ValidAttachment } from "../cni/request.ts";
import { isAtLeast } from "../cni/version.ts";
import { detach } from "./attach.ts";
import { type CachedAttachment, cachedAttachments, readCache } from "./cache.ts";
import { callPlugin } from "./call-plugin.ts";
import type { Network } from "./network.ts";
import { gcCall } from "./network-call.ts";
import { retryWhileBusy } from "./retry.ts";
import type { PluginSurroundings } from "./surroundings.ts";

/** Says what GC has to leave alone. */
export interface Usage {
  /** Whether an attachment that is kept is in use. It is asked again when the container is locked. */
  isInUse(attachment: CachedAttachment): boolean;
  /**
   * What is in use of the network and may not be kept: attachments that are just being made, or were made by others. It is
   * asked at the last moment.
   */
  others(): readonly ValidAttachment[];
}

/** What GC did. */
export interface Collected {
  /** The attachments that were detached. */
  readonly detached: readonly Attachment[];
  /** False where the network says that there is to be no GC (`disableGC`). */
  readonly isAllowed: boolean;
}

/**
 * Removes what is left of attachments of a network that are not in use: DEL of those that are kept, then, with 1.1.0 or
 * later, GC of every plugin (CNI specification 1.1.0, section 3), as libcni does it.
 *
 * One that fails does not keep the others from being done. Each container is locked meanwhile, so the caller must not
 * hold its lock.
 *
 * @throws CniError the first failure, with the others in its details.
 */
export function collectGarbage(
  surroundings: PluginSurroundings,
  network: Network,
  usage: Usage,
  carried: CarriedPlugins,
): Collected {
  if (network.disableGC) return { detached: [], isAllowed: false };
  const detached: Attachment[] = [];
  const failures: CniError[] = [];
  for (const { attachment } of keptOf(network)) {
    try {
      const isDone = withLock("container", attachment.container, () =>
        detachUnlessInUse(surroundings, network, attachment, usage, carried),
      );
      if (isDone) detached.push(attachment);
    } catch (error) {
      failures.push(named(error, attachment));
    }
  }
  if (isAtLeast(network.version, "1.1.0")) {
    failures.push(...collectInPlugins(surroundings, network, usage, carried));
  }
  const failure = together(failures);
  if (failure !== undefined) throw failure;
  return { detached, isAllowed: true };
}

function keptOf({ name }: Network): CachedAttachment[] {
  return cachedAttachments().filter(({ attachment }) => attachment.network === name);
}

/** @returns whether it was detached: it may be in use again, or gone, since it was found. */
function detachUnlessInUse(
  surroundings: PluginSurroundings,
  network: Network,
  attachment: Attachment,
  usage: Usage,
  carried: CarriedPlugins,
): boolean {
  const cached = readCache(attachment);
  if (cached === undefined || usage.isInUse(cached)) return false;
  const netnsPath = isOfProcess(cached.netnsPath) ? "" : cached.netnsPath;
  detach({ ...surroundings, ...cached, netnsPath }, () => network, carried);
  return true;
}

/** Whether a path leads to another container as soon as the id of the process is another one's. */
function isOfProcess(netnsPath: string): boolean {
  return netnsPath.startsWith("/proc/");
}

function named(error: unknown, { container, interface: name }: Attachment): CniError {
  const { code, message, details } = asCniError(error);
  return new CniError(code, `failed to delete stale attachment ${container} ${name}: ${message}`, details);
}

/**
 * Has the plugins of a network remove what is of no attachment that is kept, or one of the others.
 *
 * What could not be detached is left to another GC, so the plugins are told that it is in use.
 *
 * @returns the failures
 */
export function collectInPlugins(
  surroundings: PluginSurroundings,
  network: Network,
  { others }: Pick<Usage, "others">,
  carried: CarriedPlugins,
): CniError[] {
  const kept: ValidAttachment[] = keptOf(network).map(({ attachment }) => attachment);
  const valid = distinctOnNetwork([...kept, ...others()]);
  return network.plugins.flatMap((plugin) => {
    const call = () => gcCall(surroundings, network, plugin, valid);
    try {
      retryWhileBusy(() => callPlugin("GC", surroundings, network, plugin, call, carried));
      return [];
    } catch (error) {
      return [asCniError(error)];
    }
  });
}
