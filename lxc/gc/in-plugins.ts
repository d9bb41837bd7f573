import { describe } from "../../lib/cni/error.ts";
import { takeLock } from "../../lib/cni/lock.ts";
import type { Attachment, ValidAttachment } from "../../lib/cni/request.ts";
import { isAtLeast } from "../../lib/cni/version.ts";
import { portAlias } from "../../lib/net/identity.ts";
import { collectInPlugins } from "../../lib/runtime/gc.ts";
import { listNetworkFiles } from "../../lib/runtime/list-networks.ts";
import { defaultDirectories } from "../../lib/runtime/load-network.ts";
import type { Network } from "../../lib/runtime/network.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Lock } from "../../lib/system/system.ts";
import { carried } from "../carried.ts";
import { type Places, surroundingsIn } from "../runtime.ts";
import { checkpointedAttachments } from "../survey/checkpointed.ts";
import { readHoldings } from "./holdings.ts";
import type { OwnIds } from "./own-ids.ts";
import type { Holdings } from "./remains.ts";

/**
 * Has the plugins of networks remove what no record tells of, such as rules of containers that nobody knows any more (GC;
 * CNI specification 1.1.0, section 2).
 *
 * GC removes whatever it is not told of. So it is told of all that there is a record, a lease or a port of, dead or alive;
 * and called only for networks that no other runtime can be using: their configuration is in the directory that is
 * lxc-cni's alone, and nothing that is known of them is anybody else's. Nobody attaches a container meanwhile.
 *
 * @returns what failed, in words.
 */
export function collectUnknown(places: Places, ids: OwnIds, warn: (text: string) => void): string[] {
  const lock = collectionLock();
  if (lock === undefined) return [];
  try {
    const holdings = readHoldings(places, warn);
    const away = checkpointedAttachments(warn).map(({ attachment }) => attachment);
    return ownNetworks(places).flatMap((network) => {
      const valid = inUse(network, holdings, ids, away);
      if (valid === undefined) return [];
      const failures = collectInPlugins(surroundingsIn(places), network, { others: () => valid }, carried);
      return failures.map((failure) => `${network.name}: ${describe(failure)}`);
    });
  } finally {
    lock.release();
  }
}

/** How long to wait for containers that are being attached, in milliseconds. */
const patience = 5_000;

/** Without it, nothing can be collected safely; the next gc may have it. */
function collectionLock(): Lock | undefined {
  try {
    return takeLock("collection", "all", patience);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** The networks of lxc-cni's own directory, or of those that were named, that have a GC. */
function ownNetworks({ networkDirectories }: Places): Network[] {
  const [own = ""] = defaultDirectories;
  const files = listNetworkFiles(networkDirectories.length === 0 ? [own] : networkDirectories);
  return files.flatMap(({ network, problem }) =>
    network !== undefined &&
    problem === undefined &&
    !network.disableGC &&
    isAtLeast(network.version, "1.1.0")
      ? [network]
      : [],
  );
}

/**
 * Whom GC of a network has to leave alone, beside what is kept; undefined where it must not be called.
 *
 * @param away The attachments of containers that are checkpointed, on whichever networks.
 */
export function inUse(
  { name }: Pick<Network, "name">,
  { attachments, leases, links }: Pick<Holdings, "attachments" | "leases" | "links">,
  { isOwn }: Pick<OwnIds, "isOwn">,
  away: readonly Attachment[] = [],
): ValidAttachment[] | undefined {
  const recorded = attachments.filter(({ attachment }) => attachment.network === name);
  const runs = new Set([
    ...recorded.filter(({ run }) => run !== undefined).map(({ attachment }) => attachment.container),
    ...away.map(({ container }) => container),
  ]);
  const known: ValidAttachment[] = [
    ...recorded.map(({ attachment }) => attachment),
    ...leases.filter(({ network }) => network === name).map(({ holder }) => holder),
    ...away.filter(({ network }) => network === name),
  ];
  if (!known.every(({ container }) => runs.has(container) || isOwn(container))) return undefined;
  // A port, as long as it is there, leads to a namespace that is alive. One that no record tells of is somebody's.
  const aliases = new Set(known.map((each) => portAlias({ ...each, network: name })));
  const isUnknown = (alias: string) =>
    (alias.startsWith(`lxc-cni ${name} `) || alias.startsWith("lxc-cni sha512 ")) && !aliases.has(alias);
  return links.some(({ alias }) => isUnknown(alias)) ? undefined : known;
}
