import { isObject, type Json, type JsonObject, stringifyCompact } from "../cni/json.ts";
import type { Attachment, Call, Verb } from "../cni/request.ts";
import type { AttachmentArguments, CniArguments } from "./attachment-arguments.ts";
import type { Network, PluginConfiguration } from "./network.ts";

/** How a runtime calls the plugins of a network for one attachment. */
export interface Runtime extends AttachmentArguments {
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
 * @param previous The result of the plugin before it, or of the whole ADD for CHECK and DEL, as JSON.
 */
export function attachmentCall(
  verb: Verb,
  { attachment, netnsPath, cniPath, environment, ...given }: Runtime,
  network: Network,
  plugin: PluginConfiguration,
  previous: Json,
): Call {
  const input = {
    ...plugin,
    name: network.name,
    cniVersion: network.version,
    prevResult: previous ?? plugin.prevResult,
    runtimeConfig: runtimeConfig(plugin, given.capabilityArguments) ?? plugin.runtimeConfig,
  };
  return {
    environment: {
      ...environment,
      CNI_COMMAND: verb,
      CNI_CONTAINERID: attachment.container,
      CNI_NETNS: netnsPath,
      CNI_IFNAME: attachment.interface,
      CNI_ARGS: argumentsText(given.arguments),
      CNI_PATH: cniPath,
    },
    input: stringifyCompact(input),
  };
}

/** What a plugin has declared that it wants, of what there is; undefined where that is nothing. */
function runtimeConfig({ capabilities }: PluginConfiguration, given: JsonObject): JsonObject | undefined {
  if (!isObject(capabilities)) return undefined;
  const wanted = Object.entries(given).filter(([name]) => capabilities[name] === true);
  return wanted.length === 0 ? undefined : Object.fromEntries(wanted);
}

function argumentsText(pairs: CniArguments): string {
  return pairs.map((pair) => pair.join("=")).join(";");
}
