import type { ContainerId } from "../../lib/cni/request.ts";
import { Incarnation } from "./incarnation.schema.ts";
import { isRunning } from "./process.ts";
import { listRecords, type RecordKind, readRecord, removeRecord, writeRecord } from "./record.ts";

/** Which run of a container holds its attachments (docs/formats.md). */
const incarnations: RecordKind = { directory: "/var/lib/lxc-cni/incarnations", schema: Incarnation };

/** Records the run that is about to be attached, before it is. @throws SystemError where that cannot be written */
export function recordIncarnation(container: ContainerId, incarnation: Incarnation): void {
  writeRecord(incarnations, container, incarnation);
}

/** The run that was recorded last; undefined when there is none, or no record that can be understood. */
export function readIncarnation(container: ContainerId): Incarnation | undefined {
  return readRecord(incarnations, container);
}

/** A run that was recorded. */
export interface RecordedIncarnation {
  readonly container: ContainerId;
  readonly incarnation: Incarnation;
  /** When it was recorded, in milliseconds since 1970: with each change of what it is attached to. */
  readonly recorded: number;
}

/**
 * The runs that are recorded on this host, in the order of their containers' ids.
 *
 * @param warn Is told of files that are passed over, since they cannot be understood.
 * @throws SystemError where the directory cannot be read.
 */
export function recordedIncarnations(warn: (text: string) => void): RecordedIncarnation[] {
  return listRecords<Incarnation>(incarnations, warn).map(({ container, record, written }) => ({
    ...{ container, incarnation: record, recorded: written },
  }));
}

/** Forgets it, when all that it held has been given back. */
export function forgetIncarnation(container: ContainerId): void {
  removeRecord(incarnations, container);
}

/**
 * Whether a stop that LXC reports has been overtaken: LXC runs post-stop after it has let go of the container, and the
 * next start-host can come first. Then the recorded run goes on; otherwise, nobody's network can be taken away.
 */
export function isOvertaken({ process }: Incarnation): boolean {
  return isRunning(process);
}
