import { system } from "#system";
import { isContainerId } from "../../lib/cni/names.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import { incarnationDirectory } from "./incarnation.ts";

/** The containers of which a run is recorded. @throws SystemError where the records cannot be listed */
export function recordedContainers(): ContainerId[] {
  const names = system.listDirectory(incarnationDirectory) ?? [];
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .filter(isContainerId);
}
