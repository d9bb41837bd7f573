import { system } from "#system";
import { CniError, Code } from "../../cni/error.ts";
import { timeLeft } from "../../cni/time-limit.ts";
import { trace } from "../../cni/trace.ts";
import { isSystemError } from "../../system/error.ts";
import type { Command, Outcome } from "../../system/system.ts";
import type { ToolCommand } from "./render.ts";

/** How long a command may take, in milliseconds, where there is time. */
const longest = 30_000;

/** A call of `ip` or `bridge`. */
export type ToolCall = Pick<Command, "arguments" | "input" | "netns"> & Pick<ToolCommand, "program">;

/** What a command printed. @throws CniError 100 where it failed, or is not installed */
export function read(call: ToolCall): string {
  const outcome = execute(call);
  if (outcome.status === 0) return outcome.output;
  throw readingFailed(call, outcome);
}

/** The same for a command that is about one link; undefined when there is none of that name. */
export function readOne(call: ToolCall): string | undefined {
  const outcome = execute(call);
  if (outcome.status === 0) return outcome.output;
  if (/does not exist|Cannot find device/.test(outcome.errors)) return undefined;
  throw readingFailed(call, outcome);
}

function readingFailed({ program }: ToolCall, outcome: Outcome): CniError {
  return new CniError(Code.linkFailed, `failed to read links: ${reasonOf(program, outcome)}`);
}

/** Runs a command. @returns how it ended, or why that is not known. @throws CniError 100 where it is not installed */
export function attempt(call: ToolCall): Outcome | string {
  try {
    return execute(call);
  } catch (error) {
    if (isSystemError(error)) return error.message;
    throw error;
  }
}

function execute(call: ToolCall): Outcome {
  const { program, arguments: words, input } = call;
  trace(() => `${program} ${words.join(" ")}${input === undefined ? "" : `\n${input.trimEnd()}`}`);
  try {
    return system.start({ ...call, deadline: timeLeft(longest) }).wait();
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    throw new CniError(Code.linkFailed, `${program} is not installed`, "install iproute2");
  }
}

/** What a command said, without its own bookkeeping. */
export function reasonOf(program: string, { errors, late, status, signal }: Outcome): string {
  if (late) return `${program} was ended, since it took too long`;
  const text = errors
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("Command failed"))
    .map((line) => line.replace(/^(RTNETLINK answers|Error): /, ""))
    .join(" ");
  return text === ""
    ? `${program} ended with ${status === undefined ? `signal ${signal}` : `status ${status}`}`
    : text;
}
