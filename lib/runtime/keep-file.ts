import { system } from "#system";
import { CniError, Code } from "../cni/error.ts";
import { inDirectory } from "../cni/in-directory.ts";
import { isSystemError } from "../system/error.ts";

/**
 * Keeps a text in a file that is root's alone, in place of one that is there, in one step. Makes the directory
 * where it is missing.
 *
 * @throws CniError 5 with the file's path where it cannot be written: of a write, the kernel says only that it failed.
 */
export function keepFile(directory: string, name: string, text: string): void {
  const path = `${directory}/${name}`;
  try {
    inDirectory(directory, () => system.replaceFile(path, text, 0o600), 0o700);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot write ${path}: ${error.message}`);
  }
}
