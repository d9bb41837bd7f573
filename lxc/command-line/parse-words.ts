import type { CommandCall, Described, Option, Options, OptionValues, Parameter } from "./command.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Takes the words of a command apart: `--name`, `--name VALUE`, `--name=VALUE`, where there is a short form `-n` and
 * `-n VALUE`, in any order and among the others; after `--`, nothing is an option.
 *
 * @throws UsageError where an option is unknown, lacks its value or is given twice, or words are missing or too many.
 */
export function parseWords<O extends Options>(
  command: Pick<Described, "name" | "parameters"> & { readonly options: O },
  words: readonly string[],
): CommandCall<O> {
  const plain: string[] = [];
  const given = new Map<string, string[]>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") plain.push(...rest.splice(0));
    else if (word.startsWith("-") && word !== "-") takeOption(command, word, rest, given);
    else plain.push(word);
  }
  requireCount(command, plain);
  return { words: plain, options: valuesOf(command.options, given) };
}

function takeOption(
  { name: command, options }: { readonly name: string; readonly options: Options },
  word: string,
  rest: string[],
  given: Map<string, string[]>,
): void {
  const [, long, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  const name = long ?? Object.keys(options).find((each) => options[each]?.short === word.slice(1)) ?? "";
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const meant = nearest(name, Object.keys(options));
    const likely = meant === undefined ? "" : `; did you mean --${meant}?`;
    throw new UsageError(`${command} has no option ${word}${likely}`);
  }
  const before = given.get(name) ?? [];
  if (before.length > 0 && option.kind !== "list") throw new UsageError(`--${name} is given twice`);
  given.set(name, [...before, readValue(option, name, value, rest)]);
}

function readValue(option: Option, name: string, value: string | undefined, rest: string[]): string {
  if (option.kind === "flag") {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`);
    return "";
  }
  const found = value ?? rest.shift();
  if (found === undefined) throw new UsageError(`--${name} needs a value: --${name} ${option.value}`);
  return found;
}

function valuesOf<O extends Options>(options: O, given: ReadonlyMap<string, string[]>): OptionValues<O> {
  const entries = Object.entries(options).map(([name, { kind }]) => {
    const values = given.get(name);
    if (kind === "flag") return [name, values !== undefined];
    return [name, kind === "list" ? (values ?? []) : values?.[0]];
  });
  return Object.fromEntries(entries);
}

function requireCount(command: Pick<Described, "name" | "parameters">, words: readonly string[]): void {
  const { parameters } = command;
  const needed = parameters.filter(({ count }) => count === "one" || count === "some");
  const isOpen = parameters.some(({ count }) => count === "some" || count === "any");
  if (words.length < needed.length) {
    throw new UsageError(`${command.name} needs ${needed[words.length]?.name}`);
  }
  if (words.length > parameters.length && !isOpen) {
    throw new UsageError(`${command.name} does not know what to do with "${words[parameters.length]}"`);
  }
}

/** How help and messages show a parameter. */
export function parameterInWords({ name, count }: Parameter): string {
  if (count === "one") return name;
  if (count === "some") return `${name}...`;
  return count === "optional" ? `[${name}]` : `[${name}...]`;
}
