import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** What systemd-networkd does with a link, as far as its files tell. */
export interface NetworkdMatch {
  readonly file: string;
  readonly isUnmanaged: boolean;
  /** It has DHCP for IPv4 or for both. */
  readonly hasDhcp: boolean;
}

/** A link that a file may match (systemd.network(5), "[Match]"). */
export interface MatchedLink {
  readonly name: string;
  readonly kind: string;
}

/**
 * The file that systemd-networkd configures a link by: the first that matches, in the order of their names, whatever
 * directory they are in.
 *
 * @param root The directory that is the root of what is looked at, without a slash at its end.
 */
export function networkdFileFor(link: MatchedLink, root: string): NetworkdMatch | undefined {
  const files = new Map<string, string>();
  // Of files of one name, that of the first directory counts.
  for (const directory of ["/etc", "/run", "/usr/lib", "/lib"].map(
    (each) => `${root}${each}/systemd/network`,
  )) {
    for (const name of namesIn(directory)) {
      if (name.endsWith(".network") && !files.has(name)) files.set(name, `${directory}/${name}`);
    }
  }
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, file] of sorted) {
    const items = itemsIn(file);
    if (!matches(items, link)) continue;
    const settingOf = (key: string) => items.find((item) => item.key === key)?.value.toLowerCase() ?? "";
    return {
      file,
      isUnmanaged: ["yes", "true", "1", "on"].includes(settingOf("Link.Unmanaged")),
      hasDhcp: ["yes", "true", "1", "on", "ipv4", "both"].includes(settingOf("Network.DHCP")),
    };
  }
  return undefined;
}

interface Item {
  /** `Match.Name` */
  readonly key: string;
  readonly value: string;
}

function itemsIn(file: string): Item[] {
  let section = "";
  return textOf(file)
    .split("\n")
    .flatMap((line) => {
      section = /^\[(.*)\]\s*$/.exec(line)?.[1] ?? section;
      const [, key, value = ""] = /^\s*([A-Za-z0-9]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return key === undefined ? [] : [{ key: `${section}.${key}`, value }];
    });
}

/** All conditions must hold; of those that are not known here, it is taken that they do not. */
function matches(items: readonly Item[], { name, kind }: MatchedLink): boolean {
  const conditions = items.filter(({ key }) => key.startsWith("Match."));
  const known: Readonly<Record<string, readonly string[]>> = {
    "Match.Name": [name],
    "Match.Kind": [kind],
    "Match.Driver": [kind],
    "Match.Type": ["ether"],
  };
  if (conditions.length === 0) return false;
  return conditions.every(
    ({ key, value }) => known[key]?.some((each) => matchesPatterns(each, value)) ?? false,
  );
}

/** Whether one of the patterns fits; those with `!` in front of the list are what must not. */
function matchesPatterns(text: string, patterns: string): boolean {
  const isNegated = patterns.startsWith("!");
  const list = patterns.replace(/^!/, "").split(/\s+/);
  return list.some((pattern) => globOf(pattern).test(text)) !== isNegated;
}

/** A pattern of a shell: `*`, `?` and `[...]`. */
function globOf(pattern: string): RegExp {
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

function namesIn(directory: string): readonly string[] {
  try {
    return system.listDirectory(directory) ?? [];
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return system.readRegular(file);
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}
