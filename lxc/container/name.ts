import type { ContainerId } from "../../lib/cni/request.ts";
import { readIncarnation } from "./incarnation.ts";

/** What people call a container: the name that LXC has for it, where a run of it is recorded, or else its CNI id. */
export function nameOf(container: ContainerId): string {
  return readIncarnation(container)?.name ?? container;
}
