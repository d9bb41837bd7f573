import type { Completion, Described, Option } from "../command-line/command.ts";

/** The first words of commands, and what they do; of several that share their first word, the word alone. */
export function firstWords(
  commands: readonly Described[],
): { readonly word: string; readonly does: string }[] {
  const words = [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
  return words.map((word) => {
    const own = commands.find(({ name }) => name === word);
    const below = secondWords(word, commands).map((each) => each.word);
    return { word, does: own?.summary ?? below.join(", ") };
  });
}

/** The first words of commands that have two. */
export function groups(commands: readonly Described[]): string[] {
  return firstWords(commands)
    .map(({ word }) => word)
    .filter((word) => secondWords(word, commands).length > 0);
}

/** The second words that go with a first one. */
export function secondWords(
  first: string,
  commands: readonly Described[],
): { readonly word: string; readonly does: string }[] {
  return commands.flatMap(({ name, summary }) => {
    const [group, word] = name.split(" ");
    return group === first && word !== undefined ? [{ word, does: summary }] : [];
  });
}

/** The options of a command with what `--help` is to every one. */
export function optionsOf({ options }: Described): [name: string, option: Option][] {
  return [...Object.entries(options), ["help", { kind: "flag", does: "say more, with examples" }]];
}

/** How an option is written: `--json`, and `-j` where it has a short form. */
export function spellings([name, { short }]: [name: string, option: Option]): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

/** What is completed, as the scripts call it; for words that are known beforehand, the words. */
export function kindOf(completes: Completion): string {
  return typeof completes === "string" ? completes : `=${completes.join(" ")}`;
}

/** A word for a shell, in single quotes; none of them takes anything in there for more than what it is. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
