import type { Configuration, PlacedItem } from "../container/configuration.ts";
import { splitShellWords } from "./shell-words.ts";
import { type HookWords, parseHookWords } from "./words.ts";

/** A line in a container's configuration that has LXC call `lxc-cni hook`. */
export interface HookLine {
  /** The hook: `start-host`, `stop`. */
  readonly type: string;
  readonly at: PlacedItem;
  /** How it calls lxc-cni: a path, or a name. */
  readonly executable: string;
  /** What it asks for; undefined where that is not understood. */
  readonly words: HookWords | undefined;
  /** Why it is not understood. */
  readonly problem: string | undefined;
}

/** The lines of a configuration that have LXC call `lxc-cni hook`, in their order. */
export function hookLinesOf({ items }: Configuration): HookLine[] {
  return items.flatMap((item) => parseHookLine(item) ?? []);
}

/** What a configuration has a container attached to when it starts, by all its lines for start-host. */
export function networksAtStart(configuration: Configuration): HookWords["networks"] {
  const lines = hookLinesOf(configuration).filter(({ type }) => type === "start-host");
  return lines.flatMap(({ words }) => words?.networks ?? []);
}

/** Whether it is lxc-cni that a word of a hook line calls: by its name, which may have more behind it, as a version. */
export function isLxcCni(word: string): boolean {
  return /(^|\/)lxc-cni[^/]*$/.test(word);
}

/** Understands a line; LXC runs it as `/bin/sh -c "exec LINE"`, with words of its own at the end. */
function parseHookLine(item: PlacedItem): HookLine | undefined {
  const [, type] = /^lxc\.hook\.(.+)$/.exec(item.key) ?? [];
  const words = splitShellWords(item.value);
  // Before it may stand `env`, and variables.
  const at = words.findIndex((word, index) => isLxcCni(word) && words[index + 1] === "hook");
  const executable = words[at];
  if (type === undefined || executable === undefined) return undefined;
  try {
    return { type, at: item, executable, words: parseHookWords(words.slice(at + 2)), problem: undefined };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { type, at: item, executable, words: undefined, problem: error.message };
  }
}
