import { type JsonObject, stringifyCompact } from "../cni/json.ts";
import type { Call, Verb } from "../cni/request.ts";
import type { Network, PluginConfiguration } from "./network.ts";

/** Where a runtime finds plugins, and what they get beside configurations and arguments. */
export interface PluginSurroundings {
  /** Directories with plugins, separated by `:`. */
  readonly cniPath: string;
  /** What plugins see of the environment, but for the CNI_ variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What the CNI_ variables say of an attachment. libcni sets them, too, where there is none. */
export const noAttachment = { CNI_CONTAINERID: "", CNI_NETNS: "", CNI_IFNAME: "", CNI_ARGS: "" };

/** The environment that a plugin is called with (CNI specification 1.1.0, section 2, "Parameters"). */
export function cniEnvironment(
  verb: Verb | "VERSION",
  { environment, cniPath }: PluginSurroundings,
  attachment: Readonly<typeof noAttachment>,
): Call["environment"] {
  return { ...environment, CNI_COMMAND: verb, ...attachment, CNI_PATH: cniPath };
}

/** What a plugin reads: its configuration, the network's name and version, and what the call adds. */
export function pluginInput(
  { name, version }: Network,
  plugin: PluginConfiguration,
  more: JsonObject,
): string {
  return stringifyCompact({ ...plugin, name, cniVersion: version, ...more });
}
