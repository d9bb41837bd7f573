import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";

/** Where it is recorded which containers are checkpointed (docs/formats.md). */
export const checkpointDirectory = "/var/lib/lxc-cni/checkpoints";

/** The file that is there as long as a container is checkpointed. */
export function checkpointPath(container: ContainerId): string {
  return `${checkpointDirectory}/${container}.json`;
}

/**
 * Refuses to start a container anew that is checkpointed: what it writes would spoil what CRIU has saved, and its
 * addresses are those of the one that is to go on.
 *
 * @param name What LXC calls it.
 * @throws CniError 104
 */
export function requireNotCheckpointed(container: ContainerId, name: string): void {
  const path = checkpointPath(container);
  if (system.status(path) === undefined) return;
  throw new CniError(
    Code.checkpointed,
    `container ${name} is checkpointed`,
    `"lxc-cni restore ${name} DIR" has it go on, "lxc-cni release ${name}" gives it up; ${path} says which DIR`,
  );
}
