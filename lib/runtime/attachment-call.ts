import type { Json } from "../cni/json.ts";
import { stringifyCompact } from "../cni/json.ts";
import type { Attachment, Call, Verb } from "../cni/request.ts";
import type { Network, PluginConfiguration } from "./network.ts";

/** How a runtime calls the plugins of a network for one attachment. */
export interface Runtime {
  readonly attachment: Attachment;
  /** The path of the container's namespace; empty where there is none any more. */
  readonly netnsPath: string;
  /** Directories with plugins, separated by `:`. */
  readonly cniPath: string;
  /** What plugins see of the environment, but for the CNI_ variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The call of one plugin (CNI specification 1.1.0, section 3, "Deriving request configuration from plugin
 * configuration").
 *
 * @param previous The result of the plugin before it, or of the whole ADD for DEL, as JSON.
 */
export function attachmentCall(
  verb: Verb,
  { attachment, netnsPath, cniPath, environment }: Runtime,
  network: Network,
  plugin: PluginConfiguration,
  previous: Json,
): Call {
  const input = {
    ...plugin,
    name: network.name,
    cniVersion: network.version,
    prevResult: previous ?? plugin.prevResult,
  };
  return {
    environment: {
      ...environment,
      CNI_COMMAND: verb,
      CNI_CONTAINERID: attachment.container,
      CNI_NETNS: netnsPath,
      CNI_IFNAME: attachment.interface,
      CNI_ARGS: "",
      CNI_PATH: cniPath,
    },
    input: stringifyCompact(input),
  };
}
