import { system } from "#system";
import { decode } from "../../lib/cni/decode.ts";
import { CniError, Code } from "../../lib/cni/error.ts";
import { type JsonObject, parseJson, stringifyCompact } from "../../lib/cni/json.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { Outcome } from "../../lib/system/system.ts";
import { callersEnvironment, endOf, lastLines } from "./programs.ts";
import { format, StepAnswer } from "./steps.schema.ts";
import { type RemoteHost, runDirectory } from "./target.ts";

/** How long a step may take, in milliseconds: to restore, all of a container's memory has to be read. */
const longest = 24 * 3600 * 1000;

/** Nobody knows whether the other host has done what it was asked for. */
class NoAnswer extends CniError {}

/** Whether an error leaves open what the other host has done, or is still doing. */
export function isUnknown(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof CniError && error.code === Code.tryAgainLater);
}

/**
 * Has another host do a step.
 *
 * @throws CniError 106 where it does not answer; what it answers where the step failed
 */
export function ask(remote: RemoteHost, step: string, request: JsonObject): StepAnswer {
  const answer = readAnswer(remote, step, call(remote, step, { format, ...request }));
  if (answer.error === undefined) return answer;
  const { code, message, details } = answer.error;
  throw new CniError(code, `${remote.name}: ${message}`, details);
}

/** Does what has to do with another host, and closes the connection. */
export function withConnection<T>({ name, shell, isShared }: RemoteHost, work: () => T): T {
  if (!isShared) return work();
  system.makeDirectory(runDirectory, 0o755);
  try {
    return work();
  } finally {
    const [program = "", ...words] = shell;
    const hangUp = { program, arguments: [...words, "-O", "exit", name] };
    if (system.findProgram(program) !== undefined) {
      system.start({ ...hangUp, environment: callersEnvironment(), deadline: 10_000 }).wait();
    }
  }
}

function call({ name, shell, program, isSudo }: RemoteHost, step: string, request: JsonObject): Outcome {
  const [first = "", ...words] = shell;
  const command = `${isSudo ? "sudo -n " : ""}${program} receive ${step}`;
  try {
    return system
      .start({
        program: first,
        arguments: [...words, name, command],
        input: `${stringifyCompact(request)}\n`,
        environment: callersEnvironment(),
        deadline: longest,
      })
      .wait();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CniError(Code.migrationFailed, `${first} cannot be run: ${error.message}`);
  }
}

/** The answer is the last line: a shell's profile may print others. */
function readAnswer({ name, program }: RemoteHost, step: string, outcome: Outcome): StepAnswer {
  const line = outcome.output.trimEnd().split("\n").at(-1) ?? "";
  try {
    return decode<StepAnswer>(StepAnswer, parseJson(line, "answer"), { lenient: false, warn: () => {} });
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
  }
  const { status, errors } = outcome;
  if (status === 127) {
    throw new CniError(
      Code.migrationFailed,
      `${name}: there is no ${program}`,
      "install lxc-cni there, or say by --remote-program how it is called",
    );
  }
  if (status === 2) {
    throw new CniError(
      Code.migrationFailed,
      `${name}: its lxc-cni cannot do it`,
      `both hosts need the same version; it says: ${lastLines(errors)}`,
    );
  }
  throw new NoAnswer(
    Code.migrationFailed,
    `${name} did not answer (${step})`,
    lastLines(errors) || `it ended with ${endOf(outcome)}`,
  );
}
