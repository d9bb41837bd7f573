import { system } from "#system";
import { isContainerId } from "../../lib/cni/names.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { suffix } from "./record.ts";

/**
 * The containers that have records in a directory, also such as cannot be understood.
 *
 * @throws SystemError where they cannot be listed.
 */
export function recordedContainers(directory: string): ContainerId[] {
  const names = system.listDirectory(directory) ?? [];
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .filter(isContainerId);
}
