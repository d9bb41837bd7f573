import { type CarriedPlugins, call, locate } from "../cni/delegate.ts";
import { asCniError, CniError, Code } from "../cni/error.ts";
import type { Json } from "../cni/json.ts";
import { resultInVersion } from "../cni/result-format.ts";
import { parseResult } from "../cni/result-parse.ts";
import { isAtLeast } from "../cni/version.ts";
import { attachmentCall, type Runtime } from "./attachment-call.ts";
import type { Network, PluginConfiguration } from "./network.ts";
import { type Recalled, recall } from "./recall.ts";
import { retryWhileBusy } from "./retry.ts";

/** The first version that has a CHECK. */
const firstVersion = "0.4.0";

/** An attachment as it was looked at. */
export interface Examination {
  /** How its plugins are called. */
  readonly runtime: Runtime;
  /** The network, in a version that has a CHECK. */
  readonly network: Network;
  /** What ADD came to, in that version. */
  readonly previous: Json;
  /** Empty when all is as ADD made it, or the network is not to be checked (`disableCheck`). */
  readonly findings: readonly Finding[];
}

/** What a plugin found wrong. */
export interface Finding {
  readonly plugin: PluginConfiguration;
  readonly problem: CniError;
}

/**
 * Looks whether an attachment is what its ADD made it, as {@linkcode check} does, but goes on after a plugin that found
 * something. A network of version 0.3.0 or 0.3.1, whose results have the form of 0.4.0, is looked at as one of that.
 *
 * @param load Finds the network where nothing was kept.
 * @throws CniError 1 where there is no CHECK for what was kept, 7 where nothing was, 6 where it cannot be understood.
 */
export function examine(runtime: Runtime, load: () => Network, carried: CarriedPlugins): Examination {
  const recalled = recall(runtime, load);
  const { network, previous } = checkable(recalled);
  const findings = network.disableCheck
    ? []
    : network.plugins.flatMap((plugin) => {
        const problem = problemOf(recalled.runtime, network, plugin, previous, carried);
        return problem === undefined ? [] : [{ plugin, problem }];
      });
  return { runtime: recalled.runtime, network, previous, findings };
}

function checkable({
  network,
  previous: recallPrevious,
}: Recalled): Pick<Examination, "network" | "previous"> {
  const previous = recallPrevious();
  if (previous === undefined) {
    throw new CniError(
      Code.invalidConfiguration,
      "nothing is known of what ADD made",
      "there is no record of it in /var/lib/cni/results; stop and start the container",
    );
  }
  if (isAtLeast(network.version, firstVersion)) return { network, previous };
  if (!isAtLeast(network.version, "0.3.0")) {
    throw new CniError(
      Code.incompatibleVersion,
      `configuration version "${network.version}" does not support the CHECK command`,
      "set 0.4.0 or later as /cniVersion, and stop and start the container",
    );
  }
  const result = parseResult(previous, network.version);
  return {
    network: { ...network, version: firstVersion },
    previous: resultInVersion(result, firstVersion),
  };
}

function problemOf(
  runtime: Runtime,
  network: Network,
  plugin: PluginConfiguration,
  previous: Json,
  carried: CarriedPlugins,
): CniError | undefined {
  try {
    const callee = locate(plugin.type, runtime.cniPath, carried);
    const own = attachmentCall("CHECK", runtime, network, plugin, previous);
    retryWhileBusy(() => call(callee, "CHECK", own, network.version));
    return undefined;
  } catch (error) {
    return asCniError(error);
  }
}
