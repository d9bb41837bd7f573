import { type CarriedPlugins, locate } from "../cni/delegate.ts";
import { asCniError, CniError, Code, together } from "../cni/error.ts";
import { executePlugin, parseOutput } from "../cni/execute-plugin.ts";
import { isObject, type Json } from "../cni/json.ts";
import { supportedVersions } from "../cni/version.ts";
import type { Network } from "./network.ts";
import { versionCall } from "./network-call.ts";
import type { PluginSurroundings } from "./surroundings.ts";

/**
 * Sees to it that every plugin of a network is there and speaks the network's version (VERSION).
 *
 * @throws CniError 1 with all plugins that do not, 120 for one that cannot be found or understood.
 */
export function validateNetwork(
  surroundings: PluginSurroundings,
  { plugins, version }: Network,
  carried: CarriedPlugins,
): void {
  const types = new Set(plugins.map(({ type }) => type));
  const failure = together(
    [...types].flatMap((type) => {
      try {
        const versions = versionsOf(type, surroundings, carried);
        return versions.includes(version) ? [] : [unspoken(type, version, versions)];
      } catch (error) {
        return [asCniError(error)];
      }
    }),
  );
  if (failure !== undefined) throw failure;
}

function unspoken(type: string, version: string, versions: readonly string[]): CniError {
  return new CniError(
    Code.incompatibleVersion,
    `plugin ${type} does not support config version "${version}"`,
    `it supports ${versions.join(", ")}`,
  );
}

function versionsOf(
  type: string,
  surroundings: PluginSurroundings,
  carried: CarriedPlugins,
): readonly string[] {
  const callee = locate(type, surroundings.cniPath, carried);
  if (callee.carried !== undefined) return supportedVersions;
  try {
    const output = executePlugin(callee.path, versionCall(surroundings));
    return versionsIn(parseOutput(callee.path, output), type);
  } catch (error) {
    // Plugins of 0.1.0 do not know the verb.
    if (asCniError(error).message === "unknown CNI_COMMAND: VERSION") return ["0.1.0"];
    throw error;
  }
}

/** The list of versions that a plugin printed. One of 0.2.0 may leave it out. */
function versionsIn(answer: Json, type: string): readonly string[] {
  const { cniVersion, supportedVersions: versions } = isObject(answer) ? answer : {};
  if (Array.isArray(versions)) return versions.map(String);
  if (cniVersion === "0.2.0") return ["0.1.0", "0.2.0"];
  throw new CniError(Code.pluginFailed, `plugin ${type} does not say which versions it supports`);
}
