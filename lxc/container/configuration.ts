import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";
import { type ConfigurationItem, parseLines } from "./configuration-lines.ts";

/** What LXC makes of a container's configuration file and of those that it includes. */
export interface Configuration {
  /** What is set, in order, but for what a later line clears. A key may be there more than once. */
  readonly items: readonly PlacedItem[];
  /** What of it could not be read, in words. */
  readonly problems: readonly string[];
}

/** An item, and where it stands. */
export interface PlacedItem extends ConfigurationItem {
  readonly file: string;
  /** Its line there, from 1 on. */
  readonly line: number;
}

/** A `lxc.net.N` of a configuration. */
export interface ConfiguredLink {
  /** N, as it stands there. */
  readonly index: string;
  /** `veth`, `empty`, ... ; undefined where none is set. */
  readonly type: string | undefined;
  /** What is set for it, by the rest of the key: `link`, `flags`, `hwaddr`. */
  readonly settings: ReadonlyMap<string, string>;
  /** Where its first line stands. */
  readonly at: PlacedItem;
}

/** How deep files include others; LXC has no end, but a file that includes itself has none either. */
const deepest = 16;

/**
 * Reads a container's configuration.
 *
 * @throws SystemError where the file itself cannot be read. An included one that cannot be is among the problems.
 */
export function readConfiguration(file: string): Configuration {
  return configurationOf(system.readRegular(file), file);
}

/** The same of a text that stands, or is to stand, in a file. */
export function configurationOf(text: string, file: string): Configuration {
  const items: PlacedItem[] = [];
  const problems: string[] = [];
  collect(text, file, 0);
  return { items: withoutCleared(items), problems };

  function collect(text: string, file: string, depth: number): void {
    for (const [index, { item }] of parseLines(text).entries()) {
      if (item === undefined) continue;
      if (item.key === "lxc.include") include(item.value, `${file}, line ${index + 1}`, depth + 1);
      else items.push({ ...item, file, line: index + 1 });
    }
  }

  function include(path: string, from: string, depth: number): void {
    if (depth > deepest) {
      problems.push(`${from}: ${path} is included by itself`);
      return;
    }
    try {
      for (const file of filesOf(path)) collect(system.readRegular(file), file, depth);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      problems.push(`${from}: cannot include ${path}: ${error.message}`);
    }
  }
}

/** What `lxc.include` names: a file, or the files of a directory that end with `.conf`. */
function filesOf(path: string): string[] {
  if (system.status(path)?.kind !== "directory") return [path];
  const names = system.listDirectory(path) ?? [];
  return names.filter((name) => name.endsWith(".conf")).map((name) => `${path}/${name}`);
}

/** An empty value clears what was set by the key, and by those below it: `lxc.net =`, `lxc.net.0 =`. */
function withoutCleared(items: readonly PlacedItem[]): PlacedItem[] {
  const left: PlacedItem[] = [];
  for (const item of items) {
    if (item.value !== "") left.push(item);
    else left.splice(0, left.length, ...left.filter(({ key }) => !`${key}.`.startsWith(`${item.key}.`)));
  }
  return left;
}

/** All values of a key that may be there more than once. */
export function valuesOf({ items }: Configuration, key: string): string[] {
  return items.filter((item) => item.key === key).map(({ value }) => value);
}

/** The value of a key that counts: the last one. */
export function lastValueOf(configuration: Configuration, key: string): string | undefined {
  return valuesOf(configuration, key).at(-1);
}

/** What LXC itself gives the container to do with networks, in the order of the lines. */
export function configuredLinks({ items }: Configuration): ConfiguredLink[] {
  const links = new Map<string, { settings: Map<string, string>; at: PlacedItem }>();
  for (const item of items) {
    const [, index, setting] = /^lxc\.net\.(\d+)\.(.+)$/.exec(item.key) ?? [];
    if (index === undefined || setting === undefined) continue;
    const link = links.get(index) ?? { settings: new Map(), at: item };
    links.set(index, link);
    link.settings.set(setting, item.value);
  }
  return [...links].map(([index, link]) => ({ index, type: link.settings.get("type"), ...link }));
}

/** The directory that is the container's root; undefined where it is none, but an image or layers. */
export function rootDirectoryOf(configuration: Configuration): string | undefined {
  const path = lastValueOf(configuration, "lxc.rootfs.path")?.replace(/^dir:/, "");
  return path?.startsWith("/") && system.status(path)?.kind === "directory" ? path : undefined;
}
