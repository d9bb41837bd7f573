import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError } from "../../lib/cni/error.ts";
import { type JsonObject, parseJson, stringifyCompact } from "../../lib/cni/json.ts";
import type { ContainerId } from "../../lib/cni/request.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { keepFile } from "../../lib/runtime/keep-file.ts";
import { isSystemError } from "../../lib/system/error.ts";

/** How the names of their files end. */
export const suffix = ".json";

// Of some kinds, each container has a record: a file of JSON, `DIRECTORY/CONTAINER.json`.

/** Writes a container's record, in place of one that is there. @throws CniError 5 where it cannot be written */
export function writeRecord(directory: string, container: ContainerId, record: JsonObject): void {
  keepFile(directory, `${container}${suffix}`, `${stringifyCompact(record)}\n`);
}

/** Reads a container's record; undefined when there is none, or none that can be understood. */
export function readRecord<T>(directory: string, schema: Schema, container: ContainerId): T | undefined {
  try {
    const record = parseJson(system.readRegular(pathIn(directory, container)), "record");
    return decode<T>(schema, record, { lenient: false, warn: () => {} });
  } catch (error) {
    if (error instanceof CniError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** Removes a container's record, if there is one. */
export function removeRecord(directory: string, container: ContainerId): void {
  system.removeFile(pathIn(directory, container));
}

function pathIn(directory: string, container: ContainerId): string {
  return `${directory}/${container}${suffix}`;
}
