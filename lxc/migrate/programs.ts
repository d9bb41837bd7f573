import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { type Outcome, searchPath } from "../../lib/system/system.ts";
import { awaitWithProgress } from "../output/progress.ts";

/** How long copying may take, in milliseconds. */
const longest = 7 * 24 * 3600 * 1000;

/**
 * Runs a program of others to its end.
 *
 * @param accepted The exit statuses that are no failure.
 * @param line What is told on a terminal when it takes long, by how long it has taken; nothing when absent.
 * @throws CniError 106 with what it said, where it fails or is not there
 */
export function runProgram(
  program: string,
  words: readonly string[],
  accepted: readonly number[] = [0],
  line?: (milliseconds: number) => string,
): Outcome {
  requireProgram(program);
  const environment = callersEnvironment();
  const running = system.start({ program, arguments: words, environment, deadline: longest });
  if (line !== undefined) awaitWithProgress(running, line);
  const outcome = running.wait();
  if (outcome.status !== undefined && accepted.includes(outcome.status)) return outcome;
  throw new CniError(
    Code.migrationFailed,
    `${program} ended with ${endOf(outcome)}`,
    lastLines(outcome.errors) || lastLines(outcome.output),
  );
}

/** @throws CniError 106 where a program is missing */
export function requireProgram(program: string): void {
  if (program.startsWith("/") || system.findProgram(program) !== undefined) return;
  throw new CniError(Code.migrationFailed, `${program} is missing`, `install the package ${program}`);
}

/** What a program needs that asks for passwords, finds keys or talks to an agent. */
export function callersEnvironment(): Record<string, string> {
  const { PATH: path = "", ...others } = system.environment();
  return { ...others, LC_ALL: "C", PATH: `${searchPath.join(":")}:${path}` };
}

/** `status 1`, `signal 9` */
export function endOf({ status, signal }: Outcome): string {
  return status === undefined ? `signal ${signal}` : `status ${status}`;
}

/** The last lines of what a program said, in one. */
export function lastLines(text: string): string {
  return text.trim().split("\n").slice(-3).join("; ");
}

/** Removes a directory with all that is in it. */
export function removeTree(path: string): void {
  if (system.status(path) !== undefined) runProgram("rm", ["-rf", "--one-file-system", "--", path]);
}

/** What uname(1) calls the processor of this host. */
export function machineOf(): string {
  return runProgram("uname", ["-m"]).output.trim();
}
