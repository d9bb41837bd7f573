import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import type { FileStatus } from "../../lib/system/system.ts";

/** What a path leads to; undefined also where that cannot be found out, as by links that lead round. */
export function statusOf(path: string): FileStatus | undefined {
  try {
    return system.status(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
