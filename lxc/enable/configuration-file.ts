import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { FileOwner } from "../../lib/system/system.ts";

/** A container's configuration file that is to be edited. */
export interface ConfigurationFile {
  readonly directory: string;
  readonly name: string;
  readonly text: string;
  readonly owner: FileOwner;
}

/** What the file was before is kept beside it, under its name and this (docs/formats.md). */
const backupSuffix = ".lxc-cni-backup";

/**
 * Reads a configuration to edit it. Where it is a symbolic link, the file is meant that it leads to.
 *
 * @throws CniError 5 where it cannot be read, 7 where a user's link leads to a file that is not theirs, and where it is not
 *   UTF-8, so that editing would lose something.
 */
export function openConfiguration(path: string): ConfigurationFile {
  try {
    const real = system.realPath(path);
    const text = system.readRegular(real);
    if (text.includes("\ufffd")) throw noUtf8(path);
    const status = system.status(real);
    if (status === undefined) throw new CniError(Code.inputOutput, `${path} has just gone`);
    if (real !== path) requireTrusted(path, real, status.userId);
    const slash = real.lastIndexOf("/");
    return { directory: real.slice(0, slash) || "/", name: real.slice(slash + 1), text, owner: status };
  } catch (error) {
    if (isSystemError(error)) throw new CniError(Code.inputOutput, `cannot read ${path}: ${error.message}`);
    throw error;
  }
}

/** Replaces the file in one step; owner, group and mode stay. @throws CniError 5 where that cannot be done */
export function replaceConfiguration(file: ConfigurationFile, text: string): void {
  write(file, file.name, text);
}

/** Keeps the file as it is beside it, in place of what was kept before. @returns the name that it is kept by */
export function backUp(file: ConfigurationFile): string {
  const name = `${file.name}${backupSuffix}`;
  write(file, name, file.text);
  return name;
}

/** Removes what was kept, where it is just what the file holds again. */
export function removeBackupOf({ directory, name }: ConfigurationFile, text: string): void {
  const path = `${directory}/${name}${backupSuffix}`;
  try {
    if (system.readRegular(path) === text) system.removeFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function write({ directory, owner }: ConfigurationFile, name: string, text: string): void {
  try {
    const { userId, groupId, mode } = owner;
    system.replaceWithin(directory, name, text, { userId, groupId, mode }, "on disk");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.inputOutput, `cannot write ${directory}/${name}: ${error.message}`);
  }
}

/**
 * A user who can make links above the file could have root edit any file: such a file must belong to that user itself.
 *
 * @throws CniError 7 where it does not
 */
function requireTrusted(path: string, real: string, owner: number): void {
  const names = path.split("/").slice(1, -1);
  for (const index of names.keys()) {
    const directory = `/${names.slice(0, index + 1).join("/")}`;
    const user = system.status(directory)?.userId ?? owner;
    if ([0, system.userId, owner].includes(user)) continue;
    throw new CniError(
      Code.invalidConfiguration,
      `${path} leads to ${real}, which belongs to another user than ${directory}`,
      `${directory} is user ${user}'s, the file user ${owner}'s; a user's containers may link to that user's files only`,
    );
  }
}

function noUtf8(path: string): CniError {
  return new CniError(
    Code.invalidConfiguration,
    `${path} has bytes in it that are no UTF-8`,
    "editing it would lose them; convert it first, as by iconv -f latin1 -t utf-8",
  );
}
