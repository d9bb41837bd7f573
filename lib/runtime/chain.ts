import { type CarriedPlugins, call, locate } from "../cni/delegate.ts";
import { asCniError, CniError, Code, describe } from "../cni/error.ts";
import type { Json } from "../cni/json.ts";
import type { Verb } from "../cni/request.ts";
import type { Result } from "../cni/result.ts";
import { resultInVersion } from "../cni/result-format.ts";
import { emptyResult } from "../cni/result-parse.ts";
import { inReserve } from "../cni/time-limit.ts";
import { isAtLeast } from "../cni/version.ts";
import { attachmentCall, type Runtime } from "./attachment-call.ts";
import type { Network, PluginConfiguration } from "./network.ts";

/**
 * Runs the plugins of a network for ADD, each with the result of the one before (CNI specification 1.1.0, section 3).
 *
 * All or nothing: when a plugin fails, DEL is run on it and on those before it.
 *
 * @param carried Plugins that this executable holds itself.
 * @returns the last plugin's result.
 * @throws CniError the plugin's, with its name in front.
 */
export function addToNetwork(runtime: Runtime, network: Network, carried: CarriedPlugins): Result {
  let result: Result | undefined;
  let previous: Json;
  for (const [index, plugin] of network.plugins.entries()) {
    try {
      previous = result && resultInVersion(result, network.version);
      result = callPlugin("ADD", runtime, network, plugin, previous, carried);
    } catch (error) {
      const failure = failedPlugin("add", plugin, error);
      const made = { ...network, plugins: network.plugins.slice(0, isOccupied(failure) ? index : index + 1) };
      throw withRollback(failure, () => removeFromNetwork(runtime, made, previous, carried));
    }
  }
  return result ?? emptyResult;
}

/** Whether an attachment that is alive stood in the way: DEL of this plugin would take it away. */
function isOccupied({ code }: CniError): boolean {
  return code === Code.alreadyAttached || code === Code.duplicateAllocation;
}

/**
 * Runs the plugins of a network for DEL, last first. One that fails does not keep the others from being run.
 *
 * @param previous The result of ADD, in the network's version, where it is known.
 * @throws CniError the first failure, with the others in its details.
 */
export function removeFromNetwork(
  runtime: Runtime,
  network: Network,
  previous: Json,
  carried: CarriedPlugins,
): void {
  const failures: CniError[] = [];
  for (const plugin of network.plugins.toReversed()) {
    try {
      // Before 0.4.0, plugins get no result on DEL.
      callPlugin(
        "DEL",
        runtime,
        network,
        plugin,
        isAtLeast(network.version, "0.4.0") ? previous : undefined,
        carried,
      );
    } catch (error) {
      failures.push(failedPlugin("delete", plugin, error));
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  const details = [first.details, ...others.map(describe)].filter((text) => text !== "");
  throw new CniError(first.code, first.message, details.join("; "));
}

function callPlugin(
  verb: Verb,
  runtime: Runtime,
  network: Network,
  plugin: PluginConfiguration,
  previous: Json,
  carried: CarriedPlugins,
): Result {
  const callee = locate(plugin.type, runtime.cniPath, carried);
  return call(callee, verb, attachmentCall(verb, runtime, network, plugin, previous), network.version);
}

function failedPlugin(verb: string, { type }: PluginConfiguration, error: unknown): CniError {
  const { code, message, details } = asCniError(error);
  return new CniError(code, `plugin type="${type}" failed (${verb}): ${message}`, details);
}

/** Undoes what was done before an error. @returns the error, with what could not be undone after it */
export function withRollback(error: CniError, rollBack: () => void): CniError {
  try {
    inReserve(rollBack);
    return error;
  } catch (problem) {
    const left = `not rolled back: ${describe(problem)}`;
    return new CniError(error.code, error.message, error.details === "" ? left : `${error.details}; ${left}`);
  }
}
