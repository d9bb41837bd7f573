import { isObject, type Json, type JsonObject } from "../cni/json.ts";
import type { Attachment, Call, Verb } from "../cni/request.ts";
import type { AttachmentArguments, CniArguments } from "./attachment-arguments.ts";
import type { Network, PluginConfiguration } from "./network.ts";
import { cniEnvironment, type PluginSurroundings, pluginInput } from "./surroundings.ts";

/** How a runtime calls the plugins of a network for one attachment. */
export interface Runtime extends PluginSurroundings, AttachmentArguments {
  readonly attachment: Attachment;
  /** The path of the container's namespace; empty where there is none any more. */
  readonly netnsPath: string;
}

/**
 * The call of one plugin for an attachment (CNI specification 1.1.0, section 3, "Deriving request configuration from
 * plugin configuration").
 *
 * @param previous The result of the plugin before it, or of the whole ADD for CHECK and DEL, as JSON.
 */
export function attachmentCall(
  verb: Verb,
  runtime: Runtime,
  network: Network,
  plugin: PluginConfiguration,
  previous: Json,
): Call {
  const { attachment, netnsPath, arguments: pairs, capabilityArguments } = runtime;
  return {
    environment: cniEnvironment(verb, runtime, {
      CNI_CONTAINERID: attachment.container,
      CNI_NETNS: netnsPath,
      CNI_IFNAME: attachment.interface,
      CNI_ARGS: argumentsText(pairs),
    }),
    input: pluginInput(network, plugin, {
      prevResult: previous ?? plugin.prevResult,
      runtimeConfig: runtimeConfig(plugin, capabilityArguments) ?? plugin.runtimeConfig,
    }),
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
