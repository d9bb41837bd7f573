import { system } from "#system";
import { parseArguments } from "./arguments.ts";
import { parseConfiguration, parseDocument } from "./configuration.ts";
import { type AttachmentEnvironment, parseEnvironment } from "./environment.ts";
import { CniError, Code } from "./error.ts";
import { previousResult } from "./previous-result.ts";
import type { Call, NetworkRequest, Request, ValidAttachment } from "./request.ts";
import type { Result } from "./result.ts";
import type { Schema } from "./schema.ts";
import { validAttachments } from "./valid-attachments.ts";

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

/**
 * Answers a call of a plugin, within this process.
 *
 * The call is checked in full before the plugin sees it, and fails in the same way as it does from outside.
 *
 * @throws CniError 4 for unusable variables, 6 and 7 for an unusable configuration, 1 for its version, and what the plugin
 *   throws.
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
 * @throws CniError as {@linkcode answer}; 7 also where the call has no prevResult.
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
