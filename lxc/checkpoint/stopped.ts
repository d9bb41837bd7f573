import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { Container } from "../container/containers.ts";
import { readIncarnation } from "../container/incarnation.ts";
import { isRunning } from "../container/process.ts";
import { isContainerRunning } from "../container/running.ts";

/** How long LXC may take from a container's end to that of its hooks, in milliseconds. */
const patience = 15_000;

/**
 * Waits until LXC is done with a container that has ended, hooks included.
 *
 * @throws CniError 102 where it runs, or its hooks do after that time
 */
export function awaitStopped(container: Container): void {
  const end = system.monotonic() + patience;
  while (isContainerRunning(container)) {
    const record = readIncarnation(container.id);
    const runs = record !== undefined && isRunning(record.process);
    if (runs || system.monotonic() > end) {
      throw new CniError(
        Code.alreadyAttached,
        `container ${container.name} ${runs ? "runs" : "runs, or LXC is not done with it"}`,
        runs ? "stop it first" : "stop it, and look for a hook that hangs",
      );
    }
    system.sleep(10);
  }
}
