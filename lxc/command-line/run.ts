import { system } from "#system";
import { CniError, describe } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { printable } from "../output/printable.ts";
import type { Command } from "./command.ts";
import { helpOf, helpOfAll, usageOf } from "./help.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Runs a command line.
 *
 * @param words The arguments, without the program.
 * @param commands The commands that there are.
 * @returns the exit status: that of the command; 1 when it failed, 2 when it was not understood.
 */
export function runCommandLine(words: readonly string[], commands: readonly Command[]): number {
  const command = commandOf(words, commands);
  try {
    if (command === undefined) return withoutCommand(words, commands);
    const rest = words.slice(command.name.split(" ").length);
    if (!asksForHelp(rest)) return command.run(rest);
    system.writeStandardOutput(helpOf(command));
    return 0;
  } catch (error) {
    return report(error, command);
  }
}

/** The command that the first word names, or the first two. */
function commandOf(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const [first = "", second = ""] = words[0] === "--version" ? ["version"] : words;
  const named = (name: string) => commands.find((command) => command.name === name);
  return named(`${first} ${second}`) ?? named(first);
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const before = end === -1 ? words : words.slice(0, end);
  return before.includes("--help") || before[0] === "-h";
}

const askingForHelp = ["help", "--help", "-h"];

function withoutCommand(words: readonly string[], commands: readonly Command[]): number {
  const [first = "", second = "", ...others] = words;
  if (askingForHelp.includes(first)) {
    // Help on a command is what the command's own --help prints.
    if (!["", ...askingForHelp].includes(second)) {
      return runCommandLine([second, ...others, "--help"], commands);
    }
    system.writeStandardOutput(helpOfAll(commands));
    return 0;
  }
  const below = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (first === "") throw new UsageError("there is no command");
  if (below.length === 0)
    throw new UsageError(`there is no command "${first}"${suggestion(first, commands)}`);
  if (["", "--help", "-h"].includes(second)) {
    system.writeStandardOutput(helpOfAll(below));
    return second === "" ? 2 : 0;
  }
  const likely = suggestion(`${first} ${second}`, below);
  const names = below.map(({ name }) => name).join(", ");
  throw new UsageError(
    `there is no command "${first} ${second}"${likely === "" ? `, only ${names}` : likely}`,
  );
}

/** What somebody may have meant who misspelt a command. */
function suggestion(word: string, commands: readonly Command[]): string {
  const names = commands.flatMap(({ name }) =>
    word.includes(" ") ? [name] : [name, name.split(" ")[0] ?? name],
  );
  const name = nearest(word, [...new Set(names)]);
  return name === undefined ? "" : `; did you mean ${name}?`;
}

/**
 * Says what failed, and how the command is called where that was not understood.
 *
 * @returns the exit status.
 * @throws the error, where it is a bug.
 */
export function report(error: unknown, command: Command | undefined): number {
  if (error instanceof UsageError) {
    const [usage, more] =
      command === undefined
        ? ["usage: lxc-cni COMMAND [WORD...]", "lxc-cni --help"]
        : [usageOf(command), `lxc-cni ${command.name} --help`];
    system.writeStandardError(`lxc-cni: ${printable(error.message)}\n${usage}\n${more} says more\n`);
    return 2;
  }
  if (!(error instanceof CniError) && !isSystemError(error)) throw error;
  system.writeStandardError(`lxc-cni: ${printable(describe(error))}${forWhom(error)}\n`);
  return 1;
}

/** Most of what there is to see and do is root's; `EACCES` alone does not tell an ordinary user so. */
function forWhom(error: unknown): string {
  return system.userId !== 0 && isSystemError(error, "EACCES", "EPERM") ? " (it takes root)" : "";
}
