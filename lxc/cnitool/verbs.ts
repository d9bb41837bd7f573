import { system } from "#system";
import { withLock } from "../../lib/cni/lock.ts";
import { formatResult } from "../../lib/cni/result-format.ts";
import { attach, detach } from "../../lib/runtime/attach.ts";
import type { CachedAttachment } from "../../lib/runtime/cache.ts";
import { check } from "../../lib/runtime/check.ts";
import { collectGarbage } from "../../lib/runtime/gc.ts";
import { requireReady } from "../../lib/runtime/status.ts";
import { validateNetwork } from "../../lib/runtime/validate.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { carried } from "../carried.ts";
import { runningAttachments } from "../container/running-attachments.ts";
import { warn } from "../runtime.ts";
import { checkpointedAttachments } from "../survey/checkpointed.ts";
import { type NetnsCall, type NetnsWords, netnsCall } from "./call.ts";

/** Attaches a namespace to a network, and prints the result. */
export function addByNetns(words: NetnsWords): number {
  const { network, runtime } = netnsCall(words);
  const result = alone(runtime, () => attach(runtime, network, carried));
  return say(formatResult(result, network.version));
}

/** Detaches a namespace from a network; succeeds where it is not attached. */
export function delByNetns(words: NetnsWords): number {
  const { network, runtime } = netnsCall(words);
  alone(runtime, () => detach(runtime, () => network, carried));
  return 0;
}

/** Looks whether a namespace is attached as ADD did it. */
export function checkByNetns(words: NetnsWords): number {
  const { network, runtime } = netnsCall(words);
  const isChecked = alone(runtime, () => check(runtime, () => network, carried));
  if (isChecked) return say(`${runtime.attachment.interface} of ${runtime.netnsPath} is as it was made`);
  return say(`${network.name} is not to be checked (disableCheck): nothing was looked at`);
}

/**
 * Removes what is left of attachments of a network whose namespaces are gone, unless their container is checkpointed.
 *
 * cnitool would take those away, too, that are in use.
 */
export function gcByNetns(words: NetnsWords): number {
  const { network, runtime } = netnsCall(words);
  const away = checkpointedAttachments(warn).map(({ attachment }) => attachment);
  const isInUse = (kept: CachedAttachment) =>
    hasNetns(kept) || away.some(({ container }) => container === kept.attachment.container);
  const others = () => [...runningAttachments(), ...away].filter((each) => each.network === network.name);
  const { isAllowed, detached } = collectGarbage(runtime, network, { isInUse, others }, carried);
  if (!isAllowed) return say(`${network.name} is not to be cleaned up (disableGC): nothing was done`);
  for (const { container, interface: name } of detached) say(`detached ${container} ${name}`);
  return 0;
}

/** Says whether a network's plugins are there, speak its version, and could attach a container. */
export function statusByNetns(words: NetnsWords): number {
  const { network, runtime } = netnsCall(words);
  validateNetwork(runtime, network, carried);
  if (requireReady(runtime, network, carried)) return say(`${network.name} is ready`);
  return say(
    `the plugins of ${network.name} are there; by version ${network.version} they cannot be asked for more`,
  );
}

/** Does something to a container while nobody else does. */
function alone<T>({ attachment }: NetnsCall["runtime"], action: () => T): T {
  return withLock("container", attachment.container, action);
}

/** Whether the namespace of an attachment may be there: one that nobody knows the path of may be. */
function hasNetns({ netnsPath }: CachedAttachment): boolean {
  if (netnsPath === "") return true;
  try {
    system.openNetns(netnsPath).close();
    return true;
  } catch (error) {
    return !isSystemError(error, "ENOENT", "ENOTDIR", "EINVAL");
  }
}

/** @returns the exit status of a command that has done what it was asked for */
function say(text: string): number {
  system.writeStandardOutput(`${text}\n`);
  return 0;
}
