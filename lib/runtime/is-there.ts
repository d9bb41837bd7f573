import { system } from "#system";
import { isSystemError } from "../system/error.ts";

/** Whether a file has not gone since its directory was listed: others come and go meanwhile. */
export function isThere(path: string): boolean {
  try {
    return system.status(path) !== undefined;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
