import { CniError } from "../cni/error.ts";
import { isObject, type Json } from "../cni/json.ts";
import { resultInVersion } from "../cni/result-format.ts";
import { parseResult } from "../cni/result-parse.ts";
import type { Runtime } from "./attachment-call.ts";
import { readCache } from "./cache.ts";
import { type Network, parseNetwork } from "./network.ts";

/** An attachment with all that its ADD was done with, as far as that is known. */
export interface Recalled {
  /** Calls plugins with the arguments of ADD. */
  readonly runtime: Runtime;
  readonly network: Network;
  /**
   * What ADD came to, in the network's version; undefined where it is not known.
   *
   * @throws CniError where it cannot be said in that version.
   */
  previous(): Json;
}

/**
 * Recalls the configuration, the arguments and the result of an attachment's ADD.
 *
 * @param load Finds the network where nothing was kept.
 */
export function recall(runtime: Runtime, load: () => Network): Recalled {
  const cached = readCache(runtime.attachment);
  if (cached === undefined) return { runtime, network: load(), previous: () => undefined };
  const { arguments: pairs, capabilityArguments, source, result } = cached;
  const kept = parsed(source);
  const network = kept?.name === runtime.attachment.network ? kept : load();
  return {
    runtime: { ...runtime, arguments: pairs, capabilityArguments },
    network,
    previous: () => inVersion(result, network.version),
  };
}

/** Another runtime may have kept the result in a version of its own. */
function inVersion(result: Json, version: string): Json {
  if (!isObject(result)) return undefined;
  return result.cniVersion === version ? result : resultInVersion(parseResult(result, version), version);
}

/** A configuration that was kept by a version of ours, or another runtime, that understood more than we do. */
function parsed(source: string): Network | undefined {
  try {
    return parseNetwork(source);
  } catch (error) {
    if (error instanceof CniError) return undefined;
    throw error;
  }
}
