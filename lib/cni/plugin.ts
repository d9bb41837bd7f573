import { system } from "#system";
import { isSystemError } from "../system/error.ts";
import { parseArguments } from "./arguments.ts";
import { packageVersion } from "./build.ts";
import { parseConfiguration, parseDocument } from "./configuration.ts";
import { type AttachmentEnvironment, parseEnvironment } from "./environment.ts";
import { asCniError, CniError, Code, describe } from "./error.ts";
import { stringify, stringifyCompact } from "./json.ts";
import { previousResult } from "./previous-result.ts";
import type { Call, NetworkRequest, Request, ValidAttachment } from "./request.ts";
import type { Result } from "./result.ts";
import { formatResult } from "./result-format.ts";
import type { Schema } from "./schema.ts";
import { validAttachments } from "./valid-attachments.ts";
import { currentVersion, supportedVersions } from "./version.ts";

/** A CNI plugin: its configuration, and what it does for each verb (CNI specification 1.1.0, section 2). */
export interface Plugin<Config> {
  /** The type that configurations name it by, and the name of its executable. */
  readonly name: string;
  readonly schema: Schema;
  /** Attaches a container. Whatever it throws, it has undone what it did. */
  add(request: Request<Config>): Result;
  /** Detaches a container; succeeds when there is nothing left to detach. */
  del(request: Request<Config>): void;
  /**
   * Looks whether an attachment still is what ADD made it.
   *
   * @param previous What ADD answered; undefined where the runtime did not pass it on.
   */
  check(request: Request<Config>, previous: Result | undefined): void;
  /** Removes whatever is left of attachments of the network that are not `valid`. */
  gc(request: NetworkRequest<Config>, valid: readonly ValidAttachment[]): void;
  /** Tells whether ADD could work; throws an error with code 50 or 51 where it could not. */
  status(request: NetworkRequest<Config>): void;
  /**
   * Makes an attachment whole again, without a change to what is as it should be: connections live on. Not part of CNI,
   * and only to be had within one process.
   *
   * @param previous What ADD answered.
   * @param isTrial Only say what would be done.
   * @throws CniError where something cannot be mended; what was done before is good by itself.
   */
  repair?(request: Request<Config>, previous: Result, isTrial: boolean): Repair;
}

/** What a repair came to. */
export interface Repair {
  /** What was done, each thing in a few words; empty where nothing had to be. */
  readonly steps: readonly string[];
  /** What ADD would answer now. */
  readonly result: Result;
}

/** What a plugin answered: the result of ADD, in the version that the configuration asked for. */
export interface Answer {
  readonly version: string;
  readonly result: Result | undefined;
}

/** Runs a plugin as an executable: environment and standard input in, standard output and exit status out. */
export function runPlugin<Config>(plugin: Plugin<Config>): void {
  system.run(() => respond(plugin));
}

/**
 * Answers a call of a plugin, within this process.
 *
 * The call is checked in full before the plugin sees it, and fails in the same way as it does from outside.
 *
 * @throws CniError
 */
export function answer<Config>(plugin: Plugin<Config>, call: Call): Answer {
  const warn = (text: string) => system.writeStandardError(`${plugin.name}: ${text}\n`);
  const environment = parseEnvironment(call.environment);
  const { network, document } = parseDocument(call.input);
  if (environment.verb === undefined) throw unknownVerb(environment.command);
  const { verb } = environment;
  const { version, config } = parseConfiguration<Config>(plugin.schema, verb, document, warn);
  const request = { verb, version, config, network, call };
  switch (environment.verb) {
    case "ADD":
      return { version, result: plugin.add(aboutAttachment(request, environment, warn)) };
    case "DEL":
      plugin.del(aboutAttachment(request, environment, warn));
      break;
    case "CHECK":
      plugin.check(aboutAttachment(request, environment, warn), previousResult(document, version));
      break;
    case "GC":
      collectGarbage(plugin, request, validAttachments(document, warn), warn);
      break;
    case "STATUS":
      plugin.status(request);
      break;
  }
  return { version, result: undefined };
}

/**
 * Has a plugin repair an attachment, within this process.
 *
 * @param call That of a CHECK, which the repair follows.
 * @returns undefined where the plugin repairs nothing.
 * @throws CniError also where the call has no prevResult.
 */
export function repair<Config>(plugin: Plugin<Config>, call: Call, isTrial: boolean): Repair | undefined {
  if (plugin.repair === undefined) return undefined;
  const warn = (text: string) => system.writeStandardError(`${plugin.name}: ${text}\n`);
  const environment = parseEnvironment(call.environment);
  if (environment.verb !== "CHECK") throw new Error("a repair has the call of a CHECK");
  const { network, document } = parseDocument(call.input);
  const { version, config } = parseConfiguration<Config>(plugin.schema, "CHECK", document, warn);
  const request = { verb: environment.verb, version, config, network, call };
  const previous = previousResult(document, version);
  if (previous === undefined) {
    throw new CniError(
      Code.invalidConfiguration,
      "Required prevResult missing",
      "a repair needs what ADD answered",
    );
  }
  return plugin.repair(aboutAttachment(request, environment, warn), previous, isTrial);
}

function aboutAttachment<Config>(
  request: NetworkRequest<Config>,
  { verb, container, interface: name, netnsPath, argumentsText }: AttachmentEnvironment,
  warn: (text: string) => void,
): Request<Config> {
  return {
    ...request,
    attachment: { network: request.network, container, interface: name },
    netnsPath,
    arguments: verb === "DEL" ? argumentsOrNone(argumentsText, warn) : parseArguments(argumentsText),
  };
}

function collectGarbage<Config>(
  plugin: Plugin<Config>,
  request: NetworkRequest<Config>,
  valid: readonly ValidAttachment[] | undefined,
  warn: (text: string) => void,
): void {
  // Taken for an empty list, a key that is missing (or spelt otherwise by a runtime) would remove all that is there.
  if (valid === undefined) warn("GC removed nothing: the configuration has no /cni.dev~1valid-attachments");
  else plugin.gc(request, valid);
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

/** CNI_ARGS for DEL, which goes on without them: what is to be removed does not depend on them. */
function argumentsOrNone(text: string, warn: (text: string) => void): ReadonlyMap<string, string> {
  try {
    return parseArguments(text);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    warn(`ignored CNI_ARGS: ${error.message}`);
    return new Map();
  }
}

function unknownVerb(command: string): CniError {
  return new CniError(
    Code.invalidEnvironment,
    `unknown CNI_COMMAND: ${command}`,
    "it must be ADD, DEL, CHECK, GC, STATUS or VERSION",
  );
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
