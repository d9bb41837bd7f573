import { system } from "#system";
import { isContainerId } from "../../lib/cni/names.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { isThere } from "../../lib/runtime/is-there.ts";
import { temporaryPrefix } from "../../lib/system/system.ts";
import { readRecord, suffix } from "./record.ts";

/** A record that is there. */
export interface FoundRecord<T> {
  readonly container: ContainerId;
  readonly record: T;
  /** When it was written, in milliseconds since 1970. */
  readonly written: number;
}

/**
 * All records of a kind, in the order of their containers' ids.
 *
 * @param warn Is told of files that are passed over, since they cannot be understood.
 * @param isAsked Of which containers; of all, when absent. Records of others are not read.
 * @throws SystemError where the directory cannot be read.
 */
export function listRecords<T>(
  directory: string,
  schema: Schema,
  warn: (text: string) => void,
  isAsked: (container: ContainerId) => boolean = () => true,
): FoundRecord<T>[] {
  const names = (system.listDirectory(directory) ?? []).filter((name) => !name.startsWith(temporaryPrefix));
  return names.flatMap((name) => {
    const container = name.slice(0, -suffix.length);
    const path = `${directory}/${name}`;
    if (name.endsWith(suffix) && isContainerId(container)) {
      if (!isAsked(container)) return [];
      const record = readRecord<T>(directory, schema, container);
      if (record !== undefined) {
        const written = Number((system.status(path)?.modified ?? 0n) / 1_000_000n);
        return [{ container, record, written }];
      }
    }
    if (isThere(path)) warn(`passed over ${path}: it is no record that can be understood`);
    return [];
  });
}
