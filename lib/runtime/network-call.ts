import { stringifyCompact } from "../cni/json.ts";
import type { Call, ValidAttachment } from "../cni/request.ts";
import { currentVersion } from "../cni/version.ts";
import type { Network, PluginConfiguration } from "./network.ts";
import { cniEnvironment, noAttachment, type PluginSurroundings, pluginInput } from "./surroundings.ts";

/** The call that asks a plugin whether ADD could work. */
export function statusCall(
  surroundings: PluginSurroundings,
  network: Network,
  plugin: PluginConfiguration,
): Call {
  return {
    environment: cniEnvironment("STATUS", surroundings, noAttachment),
    input: pluginInput(network, plugin, {}),
  };
}

/** The call that has a plugin remove what is left of attachments, but for those that are `valid`. */
export function gcCall(
  surroundings: PluginSurroundings,
  network: Network,
  plugin: PluginConfiguration,
  valid: readonly ValidAttachment[],
): Call {
  const attachments = valid.map((each) => ({ containerID: each.container, ifname: each.interface }));
  return {
    environment: cniEnvironment("GC", surroundings, noAttachment),
    // libcni was released with another name than the specification's, so there are plugins that look for that one.
    input: pluginInput(network, plugin, {
      "cni.dev/valid-attachments": attachments,
      "cni.dev/attachments": attachments,
    }),
  };
}

/** The call that asks an executable for the versions that it speaks. Plugins of 0.1.0 want the variables, too. */
export function versionCall(surroundings: PluginSurroundings): Call {
  const dummies = { ...noAttachment, CNI_NETNS: "dummy", CNI_IFNAME: "dummy" };
  return {
    environment: cniEnvironment("VERSION", surroundings, dummies),
    input: stringifyCompact({ cniVersion: currentVersion }),
  };
}
