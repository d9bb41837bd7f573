import type { ContainerId } from "../../lib/cni/request.ts";
import { Incarnation } from "./incarnation.schema.ts";
import { incarnationDirectory } from "./incarnation.ts";
import { listRecords } from "./list-records.ts";
import { isRunning } from "./process.ts";

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
 * @param isAsked Of which containers; of all, when absent.
 * @throws SystemError where they cannot be listed.
 */
export function recordedRuns(
  warn: (text: string) => void = () => {},
  isAsked?: (container: ContainerId) => boolean,
): Run[] {
  const records = listRecords<Incarnation>(incarnationDirectory, Incarnation, warn, isAsked);
  return records.map(({ container, record, written }) => ({
    ...{ container, incarnation: record, recorded: written, isRunning: isRunning(record.process) },
  }));
}
