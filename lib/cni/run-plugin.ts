import { system } from "#system";
import { isSystemError } from "../system/error.ts";
import { packageVersion } from "./build.ts";
import { parseEnvironment } from "./environment.ts";
import { asCniError, CniError, Code, describe } from "./error.ts";
import { stringify, stringifyCompact } from "./json.ts";
import { answer, type Plugin } from "./plugin.ts";
import type { Call } from "./request.ts";
import type { Result } from "./result.ts";
import { formatResult } from "./result-format.ts";
import { currentVersion, supportedVersions } from "./version.ts";

/** Runs a plugin as an executable: environment and standard input in, standard output and exit status out. */
export function runPlugin<Config>(plugin: Plugin<Config>): void {
  system.run(() => respond(plugin));
}

/** Everything that a plugin's executable does; returns its exit status. */
export function respond<Config>(plugin: Plugin<Config>): number {
  const environment = system.environment();
  const verb = environment.CNI_COMMAND ?? "";
  if (verb === "") return introduce(plugin.name);
  if (verb === "VERSION") return printVersions();
  try {
    // A call that lacks a variable fails here, before it waits for an input that may never come.
    parseEnvironment(environment);
    const call = { environment, input: readInput() };
    const { version, result } = answer(plugin, call);
    if (result !== undefined) print(plugin, call, result, version);
    return 0;
  } catch (error) {
    return fail(error);
  }
}

function readInput(): string {
  try {
    return system.readStandardInput();
  } catch (error) {
    throw new CniError(Code.inputOutput, `error reading from stdin: ${describe(error)}`);
  }
}

/** Prints a result. One that nobody gets belongs to an attachment that nobody would remove. */
function print<Config>(plugin: Plugin<Config>, call: Call, result: Result, version: string): void {
  try {
    system.writeStandardOutput(formatResult(result, version));
  } catch (error) {
    answer(plugin, { ...call, environment: { ...call.environment, CNI_COMMAND: "DEL" } });
    throw error;
  }
}

/** Says what the plugin is to somebody who calls it by hand. */
function introduce(name: string): number {
  system.writeStandardError(
    `CNI ${name} plugin ${packageVersion}\nCNI protocol versions supported: ${supportedVersions.join(", ")}\n`,
  );
  return 0;
}

function printVersions(): number {
  system.writeStandardOutput(`${stringifyCompact({ cniVersion: currentVersion, supportedVersions })}\n`);
  return 0;
}

/** Prints an error as the specification wants it (section 2, "Error"); returns the exit status. */
function fail(error: unknown): number {
  // What a system call says is expected: its own words tell where.
  if (!(error instanceof CniError) && !isSystemError(error)) printStack(error);
  const { code, message, details } = asCniError(error);
  const report = {
    cniVersion: currentVersion,
    code,
    msg: message,
    details: details === "" ? undefined : details,
  };
  try {
    system.writeStandardOutput(stringify(report));
  } catch {
    system.writeStandardError(`${describe(error)}\n`);
  }
  return 1;
}

/** Where an error came from that no handler took for something, for those who want to know. */
function printStack(error: unknown): void {
  if (error instanceof Error && system.environment().LXC_CNI_DEBUG === "1") {
    system.writeStandardError(`${error.stack ?? error.message}\n`);
  }
}
