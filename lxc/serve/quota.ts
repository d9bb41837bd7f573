import { CniError, Code, describe } from "../../lib/cni/error.ts";
import { withLock } from "../../lib/cni/lock.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import type { Peer } from "../../lib/system/system.ts";
import { isContainerOfUser } from "../container/id.ts";
import type { Held } from "../container/incarnation.schema.ts";
import { isOvertaken, readIncarnation } from "../container/incarnation.ts";
import { type Run, recordedRuns } from "../container/runs.ts";
import { stop } from "../hook/stop.ts";
import type { HookWords } from "../hook/words.ts";
import { warn } from "../runtime.ts";
import { accountById, accountByName } from "./account.ts";
import { needsNames, quotaOf } from "./grants.ts";
import { readGrants } from "./grants-file.ts";

/**
 * Makes sure that a user may have a container on networks. The caller holds the lock of the user, so that what is
 * counted here is still so when the container is recorded.
 *
 * What containers hold that have ended without a stop counts, too, unless it can be given back now.
 *
 * @throws CniError 130 for a network that the user may not use, 131 where that would be too many attachments.
 */
export function requireQuota(peer: Peer, container: ContainerId, wanted: HookWords): void {
  const grants = readGrants();
  const account = needsNames(grants) ? accountByName(peer) : accountById(peer);
  for (const network of new Set(wanted.networks.map((each) => each.network))) {
    const most = quotaOf(grants, account, network);
    if (most === 0) throw notGranted(peer, network);
    if (countOn(network, peer, container, wanted) <= most) continue;
    giveBackWhatEnded(peer, container, wanted);
    const count = countOn(network, peer, container, wanted);
    if (count > most) throw tooMany(peer, network, most, count);
  }
}

/** How many attachments to a network the user would have. */
function countOn(network: string, { userId }: Peer, container: ContainerId, wanted: HookWords): number {
  const others = runsOf(userId).filter((run) => run.container !== container);
  return [...others.map(({ incarnation }) => incarnation.attachments), heldBy(container, wanted)]
    .flat()
    .filter((each) => each.network === network).length;
}

/** What the container would hold: what it asks for, and what another hook line has got for this very run of it. */
function heldBy(container: ContainerId, { networks }: HookWords): Held[] {
  const record = readIncarnation(container);
  const before = record !== undefined && isOvertaken(record) ? record.attachments : [];
  const more = before.filter(
    (held) => !networks.some((each) => each.network === held.network && each.interface === held.interface),
  );
  return [...networks, ...more];
}

function giveBackWhatEnded({ userId }: Peer, container: ContainerId, wanted: HookWords): void {
  const ended = runsOf(userId).filter((run) => run.container !== container && !run.isRunning);
  for (const { container: id } of ended) {
    try {
      withLock("container", id, () => stop(id, { ...wanted, networks: [] }));
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
      warn(`${id}: ${describe(error)}`);
    }
  }
}

function runsOf(userId: number): Run[] {
  return recordedRuns(warn, (container) => isContainerOfUser(container, userId));
}

function notGranted({ userId }: Peer, network: string): CniError {
  return new CniError(Code.notAllowed, `user ${userId} may not use the network "${network}"`);
}

function tooMany({ userId }: Peer, network: string, most: number, count: number): CniError {
  return new CniError(
    Code.quotaExceeded,
    `user ${userId} may have ${most} attachments to the network "${network}", and this would make ${count}`,
  );
}
