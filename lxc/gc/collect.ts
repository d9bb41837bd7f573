import { system } from "#system";
import { keptSince } from "../../lib/runtime/cache.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { containerIdOf } from "../container/id.ts";
import { currentBootId } from "../container/process.ts";
import { recordedContainers } from "../container/recorded-containers.ts";
import { withProgress } from "../output/progress.ts";
import type { Places } from "../runtime.ts";
import type { Run } from "../survey/runs.ts";
import { readHoldings } from "./holdings.ts";
import { collectUnknown } from "./in-plugins.ts";
import { ownIds } from "./own-ids.ts";
import { remainsOf } from "./remains.ts";
import { type Removal, remove, wouldRemove } from "./remove.ts";
import { unfinishedFiles } from "./unfinished-files.ts";

/** What a collection of garbage came to. */
export interface Collection {
  readonly removals: readonly Removal[];
  /** The paths of files that killed calls had begun to write. */
  readonly unfinished: readonly string[];
  /** What plugins failed to remove of what nobody knows. */
  readonly failures: readonly string[];
}

/**
 * Removes what containers of LXC that are gone have left: leases, ports, rules, results and records. Those that are
 * checkpointed are not gone.
 *
 * @param lxcPath The directory that LXC has its containers in, beside those that records tell of.
 * @param isTrial Only say what would be removed.
 * @throws SystemError, CniError where it cannot be found out what there is.
 */
export function collect(
  places: Places,
  lxcPath: string,
  isTrial: boolean,
  warn: (text: string) => void,
): Collection {
  const holdings = readHoldings(places, warn);
  const ids = ownIds([...new Set([lxcPath, ...holdings.runs.flatMap(pathOfRoots)])]);
  const criteria = { ...ids, keptSince, bootId: currentBootId(), now: system.now() };
  const checkpointed = new Set(recordedContainers(checkpointDirectory));
  const leases = holdings.leases.filter(({ holder }) => !checkpointed.has(holder.container));
  const remains = remainsOf({ ...holdings, leases }, criteria);
  const removals = withProgress(
    "removing",
    remains,
    ({ container }) => container,
    (each) => (isTrial ? wouldRemove(each) : remove(each, places)),
  );
  const unfinished = unfinishedFiles(criteria.now);
  if (!isTrial) for (const path of unfinished) system.removeFile(path);
  return {
    removals: removals.flat(),
    unfinished,
    failures: isTrial ? [] : collectUnknown(places, ids, warn),
  };
}

/** Where root has the container of a run. An ordinary user could name any path, and have root wait, or fail, there. */
function pathOfRoots({ container, incarnation: { name, lxcPath } }: Run): string[] {
  const isRoots = name !== undefined && lxcPath !== undefined && containerIdOf(name, lxcPath) === container;
  return isRoots ? [lxcPath] : [];
}
