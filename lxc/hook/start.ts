import { asCniError, CniError, Code } from "../../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../../lib/cni/request.ts";
import type { Result } from "../../lib/cni/result.ts";
import { inReserve, isTimeUp, whyNoLonger } from "../../lib/cni/time-limit.ts";
import { attach } from "../../lib/runtime/attach.ts";
import { withRollback } from "../../lib/runtime/chain.ts";
import type { PluginConfiguration } from "../../lib/runtime/network.ts";
import { carried } from "../carried.ts";
import { requireNotCheckpointed } from "../checkpoint/checkpointed.ts";
import type { Held } from "../container/incarnation.schema.ts";
import {
  attachmentOf,
  forgetIncarnation,
  readIncarnation,
  recordIncarnation,
} from "../container/incarnation.ts";
import { isRunning, type ProcessIdentity, processOf } from "../container/process.ts";
import { findNetwork, runtimeFor } from "../runtime.ts";
import { detachQuietly } from "./attachment.ts";
import { AttachmentFailure } from "./attachment-failure.ts";
import type { HookEvent } from "./event.ts";
import { prepareInside } from "./inside.ts";
import { type WishedNetwork, withWishes } from "./wishes.ts";
import type { HookWords } from "./words.ts";

/**
 * Attaches a container that is about to start to its networks: to all of them, or to none.
 *
 * What an earlier run left behind (a host that crashed, a monitor that was killed) is taken over where the container
 * is on that network again, and removed where it is not.
 *
 * @param event What LXC tells of it.
 * @throws CniError what a network's plugins answered; LXC aborts the start then.
 */
export function start(
  container: ContainerId,
  event: HookEvent,
  wanted: HookWords,
  { process: first, netnsPath }: StartedContainer = startedContainer(event),
): void {
  requireNotCheckpointed(container, event.name);
  const attachments = wanted.networks.map((each) => {
    const network = findNetwork(each.network, wanted);
    const attachment = { network: network.name, container, interface: each.interface };
    return { attachment, ...withWishes(network, attachment, each) };
  });
  const asked = attachments.map(({ attachment: { network, interface: link } }) => ({
    network,
    interface: link,
  }));
  const before = settleEarlierRun(container, first, attachments, wanted);
  const record = (held: readonly Held[]) =>
    recordIncarnation(container, {
      process: first,
      name: event.name,
      lxcPath: event.lxcPath,
      attachments: [...held],
    });
  record([...before.filter((each) => !asked.some((other) => isSame(each, other))), ...asked]);
  let results: readonly Result[];
  try {
    results = attachAll(attachments, netnsPath, wanted);
  } catch (error) {
    throw withRollback(asCniError(error), () => {
      if (before.length > 0) record(before);
      else forgetIncarnation(container);
    });
  }
  prepareInside(container, first.pid, { netnsPath, before, results }, wanted);
}

/** What a start has to do with. */
export interface StartedContainer {
  /** The container's first process. */
  readonly process: ProcessIdentity;
  /** The path of its network namespace. */
  readonly netnsPath: string;
}

/** What LXC has started. @throws CniError 3 where its process is not there */
function startedContainer({ name, pid }: HookEvent): StartedContainer {
  const process = pid === undefined ? undefined : processOf(pid);
  if (process !== undefined) return { process, netnsPath: `/proc/${pid}/ns/net` };
  throw new CniError(
    Code.unknownContainer,
    `container ${name} has no process to attach`,
    `LXC_PID is ${pid ?? "not set"}; this hook works as lxc.hook.start-host only`,
  );
}

/**
 * Decides what becomes of what an earlier hook attached.
 *
 * @returns what is held whether this start succeeds or not: what another hook line has attached for this very run, or
 *   leftovers that could not be removed.
 * @throws CniError 102 where another process runs as this container.
 */
function settleEarlierRun(
  container: ContainerId,
  first: ProcessIdentity,
  attachments: readonly AskedAttachment[],
  wanted: HookWords,
): readonly Held[] {
  const earlier = readIncarnation(container);
  if (earlier === undefined) return [];
  if (isRunning(earlier.process)) {
    if (earlier.process.pid !== first.pid) throw runningElsewhere(container, earlier.process.pid);
    return earlier.attachments;
  }
  // Our own plugins take over what they find; those of others must not get a second ADD without a DEL.
  const isTakenOver = (held: Held) =>
    attachments.some(
      ({ network, attachment }) => isSame(held, attachment) && network.plugins.every(isCarried),
    );
  const leftovers = earlier.attachments.filter((held) => !isTakenOver(held));
  return leftovers.filter((held) => !detachQuietly(attachmentOf(container, held), wanted));
}

function isSame(a: Held, b: Held): boolean {
  return a.network === b.network && a.interface === b.interface;
}

function isCarried({ type }: PluginConfiguration): boolean {
  return carried.some(({ name }) => name === type);
}

function runningElsewhere(container: ContainerId, pid: number): CniError {
  return new CniError(
    Code.alreadyAttached,
    `container ${container} runs already, as process ${pid}`,
    "two containers of one name need LXC paths, or configuration files, of their own",
  );
}

interface AskedAttachment extends WishedNetwork {
  readonly attachment: Attachment;
}

function attachAll(
  attachments: readonly AskedAttachment[],
  netnsPath: string,
  wanted: HookWords,
): readonly Result[] {
  const done: Attachment[] = [];
  const results: Result[] = [];
  for (const { network, attachment, given } of attachments) {
    try {
      requireTime();
      results.push(attach(runtimeFor(attachment, netnsPath, wanted, given), network, carried));
      done.push(attachment);
    } catch (error) {
      inReserve(() => {
        for (const each of done.toReversed()) detachQuietly(each, wanted);
      });
      throw new AttachmentFailure(attachment, asCniError(error));
    }
  }
  return results;
}

function requireTime(): void {
  if (isTimeUp()) throw new CniError(Code.tryAgainLater, "there was no time left for it", whyNoLonger(""));
}
