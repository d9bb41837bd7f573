import type { ContainerId } from "../../lib/cni/request.ts";
import { removeRecord } from "./record.ts";

/** Where it is kept what failed last for containers; it says nothing of an earlier boot (docs/formats.md). */
export const errorDirectory = "/run/lxc-cni/errors";

/** Forgets what failed last, when the container has been started, or is no more. */
export function forgetLastError(container: ContainerId): void {
  removeRecord(errorDirectory, container);
}
