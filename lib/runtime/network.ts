import { CniError, Code } from "../cni/error.ts";
import { isObject, type Json, type JsonObject, parseJson, stringifyCompact } from "../cni/json.ts";
import { requireNetworkName } from "../cni/names.ts";
import type { NetworkName } from "../cni/request.ts";
import { requireSupportedVersion } from "../cni/version.ts";

/** A network: a chain of plugins under one name (CNI specification 1.1.0, section 1). */
export interface Network {
  readonly name: NetworkName;
  readonly version: string;
  /** The configurations of its plugins, in the order of ADD; each one has a type. */
  readonly plugins: readonly PluginConfiguration[];
  /** The configuration as it was read, for the result cache. */
  readonly source: string;
}

/** The configuration of one plugin of a network. */
export type PluginConfiguration = JsonObject & { readonly type: string };

/**
 * Reads a configuration: a list (`plugins`), or a single plugin, which counts as a list of one.
 *
 * @throws CniError 6 for text that is no JSON object or has a version that is no text, 7 for one that is no network, 1
 *   for a version that is not spoken.
 */
export function parseNetwork(source: string): Network {
  const document = parseJson(source, "network config");
  if (!isObject(document)) throw new CniError(Code.undecodable, "the network config is no JSON object");
  const plugins = document.plugins === undefined ? [document] : document.plugins;
  if (!Array.isArray(plugins) || plugins.length === 0) {
    throw new CniError(
      Code.invalidConfiguration,
      "no plugins in list",
      "/plugins must be a list of at least one plugin",
    );
  }
  return {
    name: requireNetworkName(document.name),
    version: requireSupportedVersion(versionOf(document)),
    plugins: plugins.map((plugin, index) =>
      requirePlugin(plugin, document.plugins === undefined ? "" : `/plugins/${index}`),
    ),
    source,
  };
}

function versionOf({ cniVersion }: JsonObject): string | undefined {
  if (cniVersion === undefined || cniVersion === null || typeof cniVersion === "string") {
    return cniVersion ?? undefined;
  }
  throw new CniError(
    Code.undecodable,
    "error parsing configuration: invalid cniVersion type",
    `/cniVersion must be a string, found ${stringifyCompact(cniVersion)}`,
  );
}

function requirePlugin(plugin: Json, path: string): PluginConfiguration {
  if (isObject(plugin) && typeof plugin.type === "string" && plugin.type !== "") {
    return { ...plugin, type: plugin.type };
  }
  throw new CniError(
    Code.invalidConfiguration,
    "error parsing configuration: missing 'type'",
    `${path}/type must name a plugin`,
  );
}
