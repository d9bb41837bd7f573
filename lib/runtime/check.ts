import type { CarriedPlugins } from "../cni/delegate.ts";
import { asCniError, CniError, Code } from "../cni/error.ts";
import { isAtLeast } from "../cni/version.ts";
import { attachmentCall, type Runtime } from "./attachment-call.ts";
import { callPlugin } from "./call-plugin.ts";
import type { Network } from "./network.ts";
import { type Recalled, recall } from "./recall.ts";
import { retryWhileBusy } from "./retry.ts";

/**
 * Looks whether an attachment is what its ADD made it: CHECK of every plugin, in the order of ADD, with the configuration,
 * the arguments and the result that were kept of that (CNI specification 1.1.0, section 3).
 *
 * @param load Finds the network where nothing was kept.
 * @returns whether it was looked at: a network may say that it is not to be (`disableCheck`).
 * @throws CniError what the first plugin found wrong; 1 where the network's version knows no CHECK.
 */
export function check(runtime: Runtime, load: () => Network, carried: CarriedPlugins): boolean {
  const recalled = recall(runtime, load);
  const { network } = recalled;
  if (!isAtLeast(network.version, "0.4.0")) {
    throw new CniError(
      Code.incompatibleVersion,
      `configuration version "${network.version}" does not support the CHECK command`,
      "set 0.4.0 or later as /cniVersion, and attach the container again",
    );
  }
  if (network.disableCheck) return false;
  const previous = previousOf(recalled);
  for (const plugin of network.plugins) {
    const call = () => attachmentCall("CHECK", recalled.runtime, network, plugin, previous);
    retryWhileBusy(() => callPlugin("CHECK", runtime, network, plugin, call, carried));
  }
  return true;
}

function previousOf({ network, previous }: Recalled) {
  try {
    return previous();
  } catch (error) {
    const { code, message, details } = asCniError(error);
    throw new CniError(code, `failed to get network "${network.name}" cached result: ${message}`, details);
  }
}
