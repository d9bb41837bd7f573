import { batchCommands, nftCommands, restoreCommands } from "./words.ts";

/** A program that was called, by whatever. */
export interface RecordedCommand {
  /** Its name, without the directory. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** What it could read from standard input. */
  readonly input: string;
}

/** Names that a call is about. */
export interface Names {
  readonly network: string;
  readonly container: string;
  readonly interface: string;
}

/**
 * Where what was called differs from what is called for other names; empty where the names make no difference but that
 * they stand in each other's place, each as the word, or the part of a quoted text, that it is.
 *
 * Names derived by a hash are looked at by their form only.
 *
 * @param plain What was called for names that mean nothing to any program.
 */
export function steeredBy(
  plain: readonly RecordedCommand[],
  plainNames: Names,
  found: readonly RecordedCommand[],
  names: Names,
): string[] {
  if (plain.length !== found.length) return [`${found.length} commands instead of ${plain.length}`];
  return found.flatMap((command, at) => strangeAmong(plain.slice(at, at + 1), plainNames, [command], names));
}

/** Commands that are like none of the plain ones; otherwise as {@linkcode steeredBy}. */
export function strangeAmong(
  plain: readonly RecordedCommand[],
  plainNames: Names,
  found: readonly RecordedCommand[],
  names: Names,
): string[] {
  const known = plain.map(wordsOf);
  return found.map(readable).flatMap((lines) => {
    if (known.some((expected) => areAlike(expected, plainNames, lines, names))) return [];
    return [`${JSON.stringify(lines)} is not like ${JSON.stringify(known)}`];
  });
}

function areAlike(
  plain: readonly string[][],
  plainNames: Names,
  found: readonly string[][],
  names: Names,
): boolean {
  return (
    plain.length === found.length &&
    plain.every((line, number) => {
      const words = found[number] ?? [];
      return (
        line.length === words.length &&
        line.every(
          (word, place) => isAlike(word, plainNames, words[place] ?? "", names) || isHandle(words, place),
        )
      );
    })
  );
}

/** Whether a word is the number by which the kernel knows a rule. It counts them, whatever they are about. */
function isHandle(words: readonly string[], place: number): boolean {
  return /(^|\/)handle$/.test(words[place - 1] ?? words[0] ?? "") && /^[0-9]+$/.test(words[place] ?? "");
}

/** The arguments, and the words of each line of the input. */
function wordsOf({ program, arguments: words, input }: RecordedCommand): string[][] {
  const reader = readers.find(([name]) => name.test(program))?.[1];
  const lines = reader === undefined || input === "" ? [[input]] : reader(input);
  return [[program, ...words], ...lines];
}

/** The same; where the program itself would not know what to make of its input, why. */
function readable(command: RecordedCommand): string[][] {
  try {
    return wordsOf(command);
  } catch (error) {
    return [[String(error)]];
  }
}

const readers: [RegExp, (text: string) => string[][]][] = [
  [/^(ip|bridge)$/, batchCommands],
  [/^ip6?tables(-nft|-legacy)?-restore$/, restoreCommands],
  [/^nft$/, nftCommands],
];

function isAlike(plain: string, plainNames: Names, found: string, names: Names): boolean {
  const expected = form(
    plain
      .replaceAll(plainNames.interface, () => names.interface)
      .replaceAll(plainNames.container, () => names.container)
      .replaceAll(plainNames.network, () => names.network),
  );
  const actual = form(found);
  if (expected === actual) return true;
  // In the names of guards, a hash stands for both where nft would take them for something else.
  if (expected.replace(`${names.container}-${names.interface}`, "sha512-HASH") === actual) return true;
  // The comment of a rule of nft comes without quotation marks, and is cut where the kernel stores no more of it.
  const comment = expected.replaceAll('"', "");
  return (
    plain.includes(", if: ") && (comment === actual || (actual.length > 100 && comment.startsWith(actual)))
  );
}

/**
 * A word without what a hash made of the names, and without what is another one each time: addresses of links,
 * numbers of processes and of descriptors.
 */
function form(word: string): string {
  return word
    .replace(/\bveth[a-z2-7]{11}\b/g, "PORT")
    .replace(/\b[0-9a-f]{16,}\b/g, "HASH")
    .replace(/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, "MAC")
    .replace(/\/proc\/\d+\/fd\/\d+/g, "NAMESPACE");
}
