import type { ContainerId } from "../../lib/cni/request.ts";
import { errorDirectory } from "./forget-last-error.ts";
import { LastError } from "./last-error.schema.ts";
import { readRecord, writeRecord } from "./record.ts";

/**
 * Keeps what failed, for `lxc-cni status`: LXC tells nobody what its hooks print.
 *
 * What kept a container from starting is not replaced by what fails after that, in the hooks of its end.
 *
 * @throws CniError 5 where it cannot be written.
 */
export function keepLastError(container: ContainerId, error: LastError): void {
  const isOfStart = ({ hook }: LastError) => hook === "start-host";
  const before = readLastError(container);
  if (before !== undefined && isOfStart(before) && !isOfStart(error)) return;
  writeRecord(errorDirectory, container, error);
}

/** What failed last for a container; undefined where nothing did since it was started. */
export function readLastError(container: ContainerId): LastError | undefined {
  return readRecord(errorDirectory, LastError, container);
}
