import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { Container } from "../container/containers.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { isContainerRunning } from "../container/running.ts";

/** How long LXC may take from a container's end to that of its hooks, in milliseconds. */
const patience = 15_000;

/** How often to look, in milliseconds: somebody waits for the container to go on. */
const pace = 1;

/**
 * Waits until LXC is done with a container that has ended, hooks included.
 *
 * @param isCheckpointed It is taken for that here. Where it runs all the same, a checkpoint or a restore was killed.
 * @throws CniError 102 where that is not soon
 */
export function awaitStopped(container: Container, isCheckpointed: boolean): void {
  if (hasStopped(container)) return;
  const { name } = container;
  const runs = hasProcess(container);
  const remedy = isCheckpointed
    ? `lxc-cni release ${name} has it run on, and be checkpointed no longer`
    : "stop it first";
  throw new CniError(
    Code.alreadyAttached,
    `container ${name} ${runs ? "runs" : "runs, or LXC is not done with it"}`,
    runs ? remedy : "stop it, and look for a hook that hangs",
  );
}

/** Whether LXC is done with it, or is soon. */
export function hasStopped(container: Container): boolean {
  const end = system.monotonic() + patience;
  while (isContainerRunning(container)) {
    if (hasProcess(container) || system.monotonic() > end) return false;
    system.sleep(pace);
  }
  return true;
}

function hasProcess({ id }: Container): boolean {
  const record = readIncarnation(id);
  return record !== undefined && isRunning(record.process);
}
