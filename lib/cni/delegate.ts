import { system } from "#system";
import { buildId } from "./build.ts";
import { CniError, PluginFailure } from "./error.ts";
import { executePlugin, parseOutput } from "./execute-plugin.ts";
import { findPlugin } from "./find-plugin.ts";
import { answer, type Plugin } from "./plugin.ts";
import type { Call, NetworkRequest, Verb } from "./request.ts";
import type { Result } from "./result.ts";
import { emptyResult, parseResult } from "./result-parse.ts";
import { trace } from "./trace.ts";

/** Plugins that this executable carries, by whatever configuration. */
export type CarriedPlugins = readonly Plugin<unknown>[];

/** A plugin that was found, and how to call it. */
export interface Callee {
  /** The plugin itself, where the executable that was found is the one that this process carries. */
  readonly carried: CarriedPlugins[number] | undefined;
  readonly path: string;
}

/**
 * Finds a plugin in CNI_PATH.
 *
 * Where the executable found is a sibling of the running one and of the same build, it need not be executed:
 * this process holds the same code.
 *
 * @throws CniError as {@linkcode findPlugin}.
 */
export function locate(type: string, cniPath: string, carried: CarriedPlugins): Callee {
  const path = findPlugin(type, cniPath);
  const plugin = carried.find(({ name }) => name === type);
  return { carried: plugin !== undefined && isOfThisBuild(path) ? plugin : undefined, path };
}

/**
 * Calls a plugin with the whole call that we got ourselves, but for the verb (CNI specification 1.1.0, section 4).
 *
 * @param version The version of the configuration, in which a result comes that names none.
 * @returns what ADD answered; an empty result for other verbs.
 * @throws CniError the plugin's own error, or 120 where it could not be run or understood.
 */
export function call(
  { carried, path }: Callee,
  verb: Verb,
  { environment, input }: Call,
  version: string,
): Result {
  trace(() => `${verb} of ${path}${carried === undefined ? "" : ", in this process"}`);
  const isSame = environment.CNI_COMMAND === verb;
  const own: Call = { environment: isSame ? environment : { ...environment, CNI_COMMAND: verb }, input };
  if (carried !== undefined) return answer(carried, own).result ?? emptyResult;
  const output = executePlugin(path, own);
  return verb === "ADD" ? resultIn(path, output, version) : emptyResult;
}

/**
 * Hands DEL, CHECK, GC or STATUS on to the plugin of a type, as it came (CNI specification 1.1.0, section 4).
 *
 * @throws CniError as for {@linkcode locate} and {@linkcode call}.
 */
export function forward(
  type: string,
  { verb, version, call: own }: NetworkRequest<unknown>,
  carried: CarriedPlugins,
): void {
  call(locate(type, own.environment.CNI_PATH ?? "", carried), verb, own, version);
}

function resultIn(path: string, output: string, version: string): Result {
  try {
    return parseResult(parseOutput(path, output), version);
  } catch (error) {
    if (!(error instanceof CniError) || error instanceof PluginFailure) throw error;
    throw new PluginFailure(`could not use what plugin ${path} printed: ${error.message}`, error.details);
  }
}

/** Whether the file is an executable of this very build, in the directory of the running one. */
function isOfThisBuild(path: string): boolean {
  if (buildId === "") return false;
  const real = system.realPath(path);
  if (directoryOf(real) !== directoryOf(system.executable())) return false;
  return system.readTail(real, trailer.length + 1).trimEnd() === trailer;
}

/** The line that the build writes at the end of every executable. */
const trailer = `lxc-cni-build:${buildId}`;

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
