import { encodeHex } from "../encoding/hex.ts";
import { isSystemError } from "./error.ts";
import { type Durability, temporaryPrefix } from "./system.ts";

/** The calls that these functions are made of, as both hosts have them. */
export interface FileCalls {
  /** Opens a new file for writing: O_CREAT and O_EXCL. */
  openNew(path: string, mode: number): number;
  write(descriptor: number, text: string): void;
  /** fsync(2) */
  sync(descriptor: number): void;
  /** Opens a directory for that (O_RDONLY). */
  openToSync(path: string): number;
  close(descriptor: number): void;
  link(from: string, to: string): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  unlink(path: string): void;
  rmdir(path: string): void;
  mkdir(path: string, mode: number): void;
  isDirectory(path: string): boolean;
  random(length: number): Uint8Array;
}

/** {@linkcode System.createFile}. */
export function createFile(
  calls: FileCalls,
  path: string,
  text: string,
  mode: number,
  durability: Durability = "usual",
): boolean {
  const temporary = writeTemporary(calls, path, text, mode, durability);
  try {
    const isNew = nameNew(calls, temporary, path, mode);
    if (isNew && durability === "on disk") syncDirectory(calls, directoryOf(path));
    return isNew;
  } finally {
    removeFile(calls, temporary);
  }
}

/** What link(2) fails with where a file system has no second names of files: FAT, many in user space, some of a network. */
const withoutLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** Gives a file that is complete its name, unless that is taken; its temporary name may stay. */
function nameNew(calls: FileCalls, temporary: string, path: string, mode: number): boolean {
  try {
    return linkFile(calls, temporary, path);
  } catch (error) {
    if (!isSystemError(error, ...withoutLinks)) throw error;
    // Whoever makes the file has the name. For a moment, it is empty.
    const isNew = unlessThere(() => calls.close(calls.openNew(path, mode)));
    if (isNew) calls.rename(temporary, path);
    return isNew;
  }
}

/** {@linkcode System.replaceFile}. */
export function replaceFile(
  calls: FileCalls,
  path: string,
  text: string,
  mode: number,
  durability: Durability = "usual",
): void {
  const temporary = writeTemporary(calls, path, text, mode, durability);
  try {
    calls.rename(temporary, path);
  } catch (error) {
    calls.unlink(temporary);
    throw error;
  }
  if (durability === "on disk") syncDirectory(calls, directoryOf(path));
}

/** {@linkcode System.linkFile}. */
export function linkFile(calls: FileCalls, path: string, name: string): boolean {
  return unlessThere(() => calls.link(path, name));
}

/** {@linkcode System.makeSymbolicLink}. */
export function makeSymbolicLink(calls: FileCalls, path: string, target: string): boolean {
  return unlessThere(() => calls.symlink(target, path));
}

function unlessThere(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    throw error;
  }
}

/** {@linkcode System.removeFile}. */
export function removeFile(calls: FileCalls, path: string): boolean {
  try {
    calls.unlink(path);
    return true;
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return false;
    throw error;
  }
}

/** {@linkcode System.removeDirectory}. */
export function removeDirectory(calls: FileCalls, path: string): boolean {
  try {
    calls.rmdir(path);
    return true;
  } catch (error) {
    // POSIX lets a system say either of the first two.
    if (isSystemError(error, "ENOTEMPTY", "EEXIST", "ENOENT")) return false;
    throw error;
  }
}

/** {@linkcode System.makeDirectory}. */
export function makeDirectory(calls: FileCalls, path: string, mode: number): void {
  try {
    makeOne(calls, path, mode);
  } catch (error) {
    const parent = directoryOf(path);
    if (!isSystemError(error, "ENOENT") || parent === path) throw error;
    if (!calls.isDirectory(parent)) makeDirectory(calls, parent, mode);
    // Where the directory above is there by now, and it still fails, it cannot be made at all: /proc is such a place.
    makeOne(calls, path, mode);
  }
}

function makeOne(calls: FileCalls, path: string, mode: number): void {
  try {
    calls.mkdir(path, mode);
  } catch (error) {
    if (!isSystemError(error, "EEXIST") || !calls.isDirectory(path)) throw error;
  }
}

/** Writes a file next to `path`, under a name of its own. */
function writeTemporary(
  calls: FileCalls,
  path: string,
  text: string,
  mode: number,
  durability: Durability,
): string {
  const temporary = `${directoryOf(path)}/${temporaryPrefix}${encodeHex(calls.random(8))}`;
  const descriptor = calls.openNew(temporary, mode);
  try {
    try {
      calls.write(descriptor, text);
      if (durability === "on disk") calls.sync(descriptor);
    } finally {
      calls.close(descriptor);
    }
  } catch (error) {
    calls.unlink(temporary);
    throw error;
  }
  return temporary;
}

/** Has the names in a directory be on the disk. */
function syncDirectory(calls: FileCalls, path: string): void {
  const descriptor = calls.openToSync(path);
  try {
    calls.sync(descriptor);
  } finally {
    calls.close(descriptor);
  }
}

function directoryOf(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  const end = trimmed.lastIndexOf("/");
  if (end < 0) return ".";
  return end === 0 ? "/" : trimmed.slice(0, end);
}
