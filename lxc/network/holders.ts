import type { ContainerId, ValidAttachment } from "../../lib/cni/request.ts";
import { checkpointDirectory } from "../checkpoint/checkpointed.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { lxcPathOf } from "../container/lxc-path.ts";
import { nameOf } from "../container/name.ts";
import { isRunning } from "../container/process.ts";
import { recordedContainers } from "../container/recorded-containers.ts";
import { type OwnIds, ownIds } from "../gc/own-ids.ts";

/** How a container that is on a network can be made to leave it. */
type Kind = "running" | "checkpointed" | "gone" | "other";

/**
 * Who is on a network, and how each is made to leave it, for people.
 *
 * @param network Its name.
 */
export function holdersInWords(network: string, holders: readonly ValidAttachment[]): string {
  const checkpointed = recordedContainers(checkpointDirectory);
  const ids = ownIds([lxcPathOf(undefined)]);
  const known = holders.map((holder) => ({ holder, kind: kindOf(holder.container, checkpointed, ids) }));
  return Object.entries(ways(network))
    .flatMap(([kind, way]) => {
      const of = known.filter((each) => each.kind === kind).map(({ holder }) => holderInWords(holder));
      return of.length === 0 ? [] : [`${of.join(", ")}: ${way}`];
    })
    .join("; ");
}

function ways(network: string): Readonly<Record<Kind, string>> {
  return {
    running: "stop or detach them (lxc-cni detach)",
    checkpointed: "lxc-cni restore or lxc-cni release ends that their addresses are held",
    gone: "they are gone, and lxc-cni gc removes what they left, after a minute",
    other: `whatever attached them has to detach them; where they are gone, lxc-cni gc ${network} /run/netns/NAME removes what they left`,
  };
}

function kindOf(container: ContainerId, checkpointed: readonly ContainerId[], ids: OwnIds): Kind {
  if (checkpointed.includes(container)) return "checkpointed";
  const run = readIncarnation(container);
  if (run === undefined ? ids.isLxcRunning(container) : isRunning(run.process)) return "running";
  return run !== undefined || ids.isOwn(container) ? "gone" : "other";
}

/** A container and its interface. */
export function holderInWords({ container, interface: link }: ValidAttachment): string {
  return `${nameOf(container)} (${link})`;
}
