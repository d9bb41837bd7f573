import { system } from "#system";
import { isSystemError } from "../system/error.ts";

/**
 * Makes something in a directory, which is made where it is missing. It mostly is there, so nobody looks before.
 *
 * @param make Is called once more where it found no directory (ENOENT).
 * @param mode Permission bits of the directory, before the umask.
 * @throws what `make` throws, and SystemError where there can be no such directory.
 */
export function inDirectory<T>(directory: string, make: () => T, mode = 0o755): T {
  try {
    return make();
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    system.makeDirectory(directory, mode);
    return make();
  }
}
