import { system } from "#system";
import { isContainerId } from "../../lib/cni/names.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { incarnationDirectory } from "./incarnation.ts";

/**
 * The containers that there are records of, of runs when no directory of others is named.
 *
 * @throws SystemError where they cannot be listed
 */
export function recordedContainers(directory = incarnationDirectory): ContainerId[] {
  const names = system.listDirectory(directory) ?? [];
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .filter(isContainerId);
}
