import type { ContainerId } from "../../lib/cni/request.ts";
import { Incarnation } from "../container/incarnation.schema.ts";
import { incarnationDirectory } from "../container/incarnation.ts";
import { listRecords } from "../container/list-records.ts";
import { isRunning } from "../container/process.ts";

/** A run of an LXC container, and whether it goes on. */
export interface Run {
  readonly container: ContainerId;
  readonly incarnation: Incarnation;
  /** When it was recorded, in milliseconds since 1970: with each change of what it is attached to. */
  readonly recorded: number;
  readonly isRunning: boolean;
}

/**
 * The runs that are recorded on this host, in the order of their containers' ids.
 *
 * @param warn Is told of files that are passed over, since they cannot be understood.
 * @throws SystemError where they cannot be listed.
 */
export function recordedRuns(warn: (text: string) => void): Run[] {
  const records = listRecords<Incarnation>(incarnationDirectory, Incarnation, warn);
  return records.map(({ container, record, written }) => ({
    ...{ container, incarnation: record, recorded: written, isRunning: isRunning(record.process) },
  }));
}
