import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** What stands in a file; nothing where it cannot be read. */
export function textOf(file: string): string {
  try {
    return system.readRegular(file);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

/** The names in a directory; none where it cannot be read. */
export function namesIn(directory: string): readonly string[] {
  try {
    return system.listDirectory(directory) ?? [];
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

/**
 * Files with settings, in the order of their names, whatever directory they are in. Of those of one name, that of the
 * first directory counts.
 *
 * @param end How their names end.
 */
export function settingsFiles(directories: readonly string[], end: string): string[] {
  const files = new Map<string, string>();
  for (const directory of directories) {
    for (const name of namesIn(directory)) {
      if (name.endsWith(end) && !files.has(name)) files.set(name, `${directory}/${name}`);
    }
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

/** A setting of a file that has sections. */
export interface Item {
  /** `[Match]` */
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** The settings of a file: `KEY=VALUE`, below `[SECTION]`. */
export function itemsIn(file: string): Item[] {
  let section = "";
  return textOf(file)
    .split("\n")
    .flatMap((line) => {
      section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
      const [, key, value = ""] = /^\s*([A-Za-z0-9-]+)\s*\+?=\s*(.*?)\s*$/.exec(line) ?? [];
      return key === undefined ? [] : [{ section, key, value }];
    });
}

/** A pattern of a shell, as programs have it for names of links: `*`, `?` and `[...]`. */
export function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /$^/;
  }
}
