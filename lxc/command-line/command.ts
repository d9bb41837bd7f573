import { parseWords } from "./parse-words.ts";

/** One command of `lxc-cni`: what its help says, and what it does. */
export interface Command extends Described {
  /**
   * Does it.
   *
   * @param words What the command line says after the command's name.
   * @returns the exit status: 0 when it did what it was asked for, 1 when that failed or something was found wrong.
   * @throws UsageError where it was not understood; CniError, SystemError where it failed.
   */
  run(words: readonly string[]): number;
}

/** What people and shells are told of a command. */
export interface Described {
  /** One word, or two: `ls`, `network create`. */
  readonly name: string;
  /** One line for the list of commands, without a full stop. */
  readonly summary: string;
  /** What it takes beside options, in order. */
  readonly parameters: readonly Parameter[];
  readonly options: Options;
  /** What a user should know. Help lays its paragraphs out anew, but for those with lines that begin with a blank. */
  readonly description: string;
  /** At least one; each is a whole command line and what it does. */
  readonly examples: readonly Example[];
}

/** A word, or words, that a command takes. */
export interface Parameter {
  /** As help shows it: `CONTAINER`, `NETWORK[:INTERFACE]`. */
  readonly name: string;
  /** How many of them: 1, at most 1, at least 1, or any. Only the last parameter may be other than `one`. */
  readonly count: "one" | "optional" | "some" | "any";
  readonly completes: Completion;
}

/** What a shell may offer for a word. */
export type Completion = "container" | "network" | "file" | "directory" | "nothing" | readonly string[];

export interface Example {
  readonly line: string;
  readonly does: string;
}

/** The options of a command, by their long names without `--`. */
export type Options = Readonly<Record<string, Option>>;

export type Option = FlagOption | ValueOption | ListOption;

/** `--name` */
export interface FlagOption {
  readonly kind: "flag";
  /** The letter of `-n`, where it has one. */
  readonly short?: string;
  readonly does: string;
}

/** `--name VALUE` or `--name=VALUE`, once. */
export interface ValueOption {
  readonly kind: "value";
  /** The letter of `-n VALUE`, where it has one. */
  readonly short?: string;
  /** What help calls its value. */
  readonly value: string;
  readonly does: string;
  readonly completes: Completion;
}

/** `--name VALUE`, any number of times. */
export interface ListOption extends Omit<ValueOption, "kind"> {
  readonly kind: "list";
}

/** A command line as its command gets it. */
export interface CommandCall<O extends Options> {
  /** The words beside options: as many as the parameters say. */
  readonly words: readonly string[];
  readonly options: OptionValues<O>;
}

/** An absent flag is false, an absent value undefined, an absent list empty. */
export type OptionValues<O extends Options> = {
  readonly [Name in keyof O]: O[Name] extends FlagOption
    ? boolean
    : O[Name] extends ListOption
      ? readonly string[]
      : string | undefined;
};

/**
 * Makes a command of its description and of what it does with words and options that have been taken apart.
 *
 * @example
 * ```ts
 * export const status = command({
 *   name: "status",
 *   summary: "says how a container is attached, and what failed last",
 *   parameters: [{ name: "CONTAINER", count: "optional", completes: "container" }],
 *   options: { json: { kind: "flag", does: "print JSON" } },
 *   description: "...",
 *   examples: [{ line: "lxc-cni status web", does: "of the container web" }],
 *   run: ({ words: [container], options: { json } }) => 0,
 * });
 * ```
 */
export function command<const O extends Options>(
  definition: Described & { readonly options: O; run(call: CommandCall<O>): number },
): Command {
  return { ...definition, run: (words) => definition.run(parseWords(definition, words)) };
}
