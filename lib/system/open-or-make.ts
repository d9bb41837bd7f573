import { system } from "#system";
import { isSystemError } from "./error.ts";

/**
 * Opens something in a directory, which is made when it is missing: on few calls but the first.
 *
 * @throws SystemError where neither helps.
 */
export function openOrMake<T>(directory: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    system.makeDirectory(directory, 0o755);
    return open();
  }
}
