import type { CarriedPlugins } from "../cni/delegate.ts";
import { asCniError, type CniError, Code, describe, together, withMore } from "../cni/error.ts";
import type { Json } from "../cni/json.ts";
import type { Result } from "../cni/result.ts";
import { resultInVersion } from "../cni/result-format.ts";
import { emptyResult } from "../cni/result-parse.ts";
import { inReserve } from "../cni/time-limit.ts";
import { isAtLeast } from "../cni/version.ts";
import { attachmentCall, type Runtime } from "./attachment-call.ts";
import { callPlugin } from "./call-plugin.ts";
import type { Network } from "./network.ts";
import { retryWhileBusy } from "./retry.ts";

/**
 * Runs the plugins of a network for ADD, each with the result of the one before (CNI specification 1.1.0, section 3).
 *
 * All or nothing: when a plugin fails, DEL is run on it and on those before it. One that asks for it (code 11) is tried
 * again, after a DEL of its own.
 *
 * @param carried Plugins that this executable holds itself.
 * @returns the last plugin's result.
 * @throws CniError the plugin's, with its name in front.
 */
export function addToNetwork(runtime: Runtime, network: Network, carried: CarriedPlugins): Result {
  let result: Result | undefined;
  let previous: Json;
  for (const [index, plugin] of network.plugins.entries()) {
    const call = () => {
      previous = result && resultInVersion(result, network.version);
      return attachmentCall("ADD", runtime, network, plugin, previous);
    };
    const own = { ...network, plugins: [plugin] };
    try {
      result = retryWhileBusy(
        () => callPlugin("ADD", runtime, network, plugin, call, carried),
        () => removeFromNetwork(runtime, own, previous, carried),
      );
    } catch (error) {
      const failure = asCniError(error);
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
 * @param result What ADD came to, in the network's version, where it is known.
 * @throws CniError the first failure, with the others in its details.
 */
export function removeFromNetwork(
  runtime: Runtime,
  network: Network,
  result: Json,
  carried: CarriedPlugins,
): void {
  // Before 0.4.0, plugins get no result on DEL.
  const previous = isAtLeast(network.version, "0.4.0") ? result : undefined;
  const failure = together(
    network.plugins.toReversed().flatMap((plugin) => {
      const call = () => attachmentCall("DEL", runtime, network, plugin, previous);
      try {
        retryWhileBusy(() => callPlugin("DEL", runtime, network, plugin, call, carried));
        return [];
      } catch (error) {
        return [asCniError(error)];
      }
    }),
  );
  if (failure !== undefined) throw failure;
}

/** Undoes what was done before an error. @returns the error, with what could not be undone after it */
export function withRollback(error: CniError, rollBack: () => void): CniError {
  try {
    inReserve(rollBack);
    return error;
  } catch (problem) {
    return withMore(error, `not rolled back: ${describe(problem)}`);
  }
}
