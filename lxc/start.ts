import { CniError, Code } from "../lib/cni/error.ts";
import type { Attachment, ContainerId } from "../lib/cni/request.ts";
import { attach } from "../lib/runtime/attach.ts";
import type { Network } from "../lib/runtime/network.ts";
import { carried } from "./carried.ts";
import type { HookEvent } from "./hook-event.ts";
import type { HookWords } from "./hook-words.ts";
import type { Incarnation } from "./incarnation.schema.ts";
import { forgetIncarnation, readIncarnation, recordIncarnation } from "./incarnation.ts";
import { isRunning, processOf } from "./process.ts";
import { detachQuietly, findNetwork, runtimeFor } from "./runtime.ts";

/**
 * Attaches a container that is about to start to its networks: to all of them, or to none.
 *
 * What an earlier run left behind (a host that crashed, a monitor that was killed) is taken over where the container
 * is on that network again, and removed where it is not.
 *
 * @throws CniError what a network's plugins answered; LXC aborts the start then.
 */
export function start(container: ContainerId, event: HookEvent, wanted: HookWords): void {
  const first = event.pid === undefined ? undefined : processOf(event.pid);
  if (first === undefined) {
    throw new CniError(
      Code.unknownContainer,
      `container ${event.name} has no process to attach`,
      `LXC_PID is ${event.pid ?? "not set"}; this hook works as lxc.hook.start-host only`,
    );
  }
  const attachments = wanted.networks.map(({ network: name, interface: link }) => {
    const network = findNetwork(name, wanted);
    return { network, attachment: { network: network.name, container, interface: link } };
  });
  const earlier = readIncarnation(container);
  // A run that is recorded and goes on is this very one: another hook line has attached it to other networks.
  const isSameRun = earlier !== undefined && isRunning(earlier.process);
  const left = (earlier?.attachments ?? []).filter(
    (each) => !attachments.some(({ attachment }) => isSame(attachment, each)),
  );
  if (!isSameRun) for (const each of left) detachQuietly({ ...each, container } as Attachment, wanted);
  recordIncarnation(container, {
    process: first,
    attachments: [
      ...(isSameRun ? left : []),
      ...attachments.map(({ attachment: { network, interface: link } }) => ({ network, interface: link })),
    ],
  });
  try {
    attachAll(attachments, `/proc/${first.pid}/ns/net`, wanted);
  } catch (error) {
    if (isSameRun) recordIncarnation(container, earlier);
    else forgetIncarnation(container);
    throw error;
  }
}

function attachAll(
  attachments: readonly { network: Network; attachment: Attachment }[],
  netnsPath: string,
  wanted: HookWords,
): void {
  const done: Attachment[] = [];
  for (const { network, attachment } of attachments) {
    try {
      attach(runtimeFor(attachment, netnsPath, wanted), network, carried);
      done.push(attachment);
    } catch (error) {
      for (const each of done.toReversed()) detachQuietly(each, wanted);
      throw named(error, attachment);
    }
  }
}

function isSame(attachment: Attachment, recorded: Incarnation["attachments"][number]): boolean {
  return attachment.network === recorded.network && attachment.interface === recorded.interface;
}

/** The error, with the network that it came from in front. */
function named(error: unknown, { network, interface: link }: Attachment): unknown {
  if (!(error instanceof CniError)) return error;
  return new CniError(error.code, `network ${network}, interface ${link}: ${error.message}`, error.details);
}
