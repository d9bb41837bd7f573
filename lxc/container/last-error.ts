import type { ContainerId } from "../../lib/cni/request.ts";
import { LastError } from "./last-error.schema.ts";
import { type RecordKind, readRecord, removeRecord, writeRecord } from "./record.ts";

/** What failed last; it says nothing of an earlier boot (docs/formats.md). */
const errors: RecordKind = { directory: "/run/lxc-cni/errors", schema: LastError };

/**
 * Keeps what failed, for `lxc-cni status`: LXC tells nobody what its hooks print.
 *
 * What kept a container from starting is not replaced by what fails after that, in the hooks of its end.
 *
 * @throws SystemError where it cannot be written.
 */
export function keepLastError(container: ContainerId, error: LastError): void {
  const isOfStart = ({ hook }: LastError) => hook === "start-host";
  const before = readLastError(container);
  if (before !== undefined && isOfStart(before) && !isOfStart(error)) return;
  writeRecord(errors, container, error);
}

/** What failed last for a container; undefined where nothing did since it was started. */
export function readLastError(container: ContainerId): LastError | undefined {
  return readRecord(errors, container);
}

/** Forgets it, when the container has been started, or is no more. */
export function forgetLastError(container: ContainerId): void {
  removeRecord(errors, container);
}
