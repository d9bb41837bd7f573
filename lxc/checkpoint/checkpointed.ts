import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { readRecord } from "../container/record.ts";
import { Checkpoint } from "./checkpoint.schema.ts";

/** Where it is recorded which containers are checkpointed (docs/formats.md). */
export const checkpointDirectory = "/var/lib/lxc-cni/checkpoints";

/** The file that is there as long as a container is checkpointed. */
export function checkpointPath(container: ContainerId): string {
  return `${checkpointDirectory}/${container}.json`;
}

/**
 * Refuses to start a container anew that is checkpointed: what it writes would spoil what CRIU has saved, and its
 * addresses are those of the one that is to go on. So is one that goes on at another host.
 *
 * @param name What LXC calls it.
 * @throws CniError 104
 */
export function requireNotCheckpointed(container: ContainerId, name: string): void {
  const path = checkpointPath(container);
  if (system.status(path) === undefined) return;
  const { stage, host } = readRecord<Checkpoint>(checkpointDirectory, Checkpoint, container)?.move ?? {};
  if (stage === "moved") {
    throw new CniError(
      Code.checkpointed,
      `container ${name} has moved to ${host}`,
      `its files here are of the past: lxc-destroy removes them, "lxc-cni release ${name}" has it start here all the same`,
    );
  }
  throw new CniError(
    Code.checkpointed,
    `container ${name} is checkpointed`,
    `"lxc-cni restore ${name} DIR" has it go on, "lxc-cni release ${name}" gives it up; ${path} says which DIR`,
  );
}
