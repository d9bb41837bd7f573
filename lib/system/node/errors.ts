import { getSystemErrorMap } from "node:util";
import type { SystemError } from "../error.ts";

/** A failed system call as Node throws it, for those that Node itself does not make. */
export function systemError(number: number, syscall: string, path?: string): SystemError {
  const [code, text] = getSystemErrorMap().get(-number) ??
    unknownToNode[number] ?? ["UNKNOWN", "unknown error"];
  const place = path === undefined ? "" : ` '${path}'`;
  const error = new Error(`${code}: ${text}, ${syscall}${place}`);
  return Object.assign(error, { errno: -number, code, syscall, ...(path === undefined ? {} : { path }) });
}

/** Error numbers that libuv has no name for. */
const unknownToNode: Readonly<Record<number, [string, string]>> = {
  37: ["ENOLCK", "No locks available"],
};

/**
 * The number of the error that a program of the C locale complains about, for instance
 * `dd: failed to open '/x': Permission denied`; EIO when it says something else.
 */
export function errorNumberIn(complaint: string): number {
  const text = complaint.trimEnd();
  for (const [ending, number] of Object.entries(complaints)) {
    if (text.endsWith(ending)) return number;
  }
  return 5;
}

/** strerror(3) in the C locale, of what opening, reading, writing and locking a file can end in. */
const complaints: Readonly<Record<string, number>> = {
  "Operation not permitted": 1,
  "No such file or directory": 2,
  "Permission denied": 13,
  "Device or resource busy": 16,
  "Not a directory": 20,
  "Is a directory": 21,
  "Invalid argument": 22,
  "Read-only file system": 30,
  "Numerical result out of range": 34,
  "No locks available": 37,
  "Function not implemented": 38,
  "Operation not supported": 95,
};
