import type { CarriedPlugins } from "../cni/delegate.ts";
import { asCniError, CniError } from "../cni/error.ts";
import type { Json } from "../cni/json.ts";
import { withLock } from "../cni/lock.ts";
import type { Result } from "../cni/result.ts";
import { resultInVersion } from "../cni/result-format.ts";
import type { Runtime } from "./attachment-call.ts";
import { removeCache, writeCache } from "./cache.ts";
import { addToNetwork, removeFromNetwork, withRollback } from "./chain.ts";
import type { Network } from "./network.ts";
import { type Recalled, recall } from "./recall.ts";

/**
 * Attaches a container to a network and keeps the result for the DEL that will follow.
 *
 * All or nothing, the keeping included.
 *
 * @throws CniError what a plugin answered; 5 where the result cannot be kept, 7 where the network's version cannot say it.
 */
export function attach(runtime: Runtime, network: Network, carried: CarriedPlugins): Result {
  // A collection of garbage that has not heard of it would take it away.
  return withLock("collection", "all", () => attachNow(runtime, network, carried), { shared: true });
}

function attachNow(runtime: Runtime, network: Network, carried: CarriedPlugins): Result {
  const result = addToNetwork(runtime, network, carried);
  let json: Json;
  try {
    json = resultInVersion(result, network.version);
    writeCache({ ...runtime, source: network.source, result: json });
    return result;
  } catch (error) {
    throw withRollback(asCniError(error), () => removeFromNetwork(runtime, network, json, carried));
  }
}

/**
 * Detaches a container from a network, with the configuration, the arguments and the result of its ADD where they were
 * kept.
 *
 * @param load Finds the network where they were not.
 * @param adapt Changes what plugins are told of the network.
 * @throws CniError what plugins answered; what was kept stays then, for another try.
 */
export function detach(
  runtime: Runtime,
  load: () => Network,
  carried: CarriedPlugins,
  adapt: (network: Network) => Network = (network) => network,
): void {
  const recalled = recall(runtime, load);
  removeFromNetwork(recalled.runtime, adapt(recalled.network), previousOrNone(recalled), carried);
  removeCache(runtime.attachment);
}

/** DEL goes on without a result that cannot be used. */
function previousOrNone(recalled: Recalled): Json {
  try {
    return recalled.previous();
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}
