import { CniError, Code } from "../cni/error.ts";
import { isObject, type Json, type JsonObject, parseJson, stringifyCompact } from "../cni/json.ts";
import { requireNetworkName } from "../cni/names.ts";
import type { NetworkName } from "../cni/request.ts";
import { requireSupportedVersion, supportedVersions } from "../cni/version.ts";

/** A network: a chain of plugins under one name (CNI specification 1.1.0, section 1). */
export interface Network {
  readonly name: NetworkName;
  readonly version: string;
  /** The configurations of its plugins, in the order of ADD; each one has a type. */
  readonly plugins: readonly PluginConfiguration[];
  /** Its attachments are not to be held against anything. */
  readonly disableCheck: boolean;
  /** Nothing is to be removed because nobody here knows it: another runtime has attachments of a network of this name. */
  readonly disableGC: boolean;
  /**
   * The configuration for the result cache: as it was read, or, where plugins came from other files, with these put in.
   */
  readonly source: string;
}

/** The configuration of one plugin of a network. */
export type PluginConfiguration = JsonObject & { readonly type: string };

/** A file with one more plugin of a network. */
export interface PluginFile {
  readonly path: string;
  readonly source: string;
}

/**
 * Reads a configuration: a list, or a single plugin, which counts as a list of one.
 *
 * @param pluginFiles Finds the files that have more plugins of the network of a name. A list may forbid that
 *   (`loadOnlyInlinedPlugins`).
 * @throws CniError 6 for text that is no JSON object or has a version that is no text, 7 for one that is no network, 1
 *   for a version that is not spoken.
 */
export function parseNetwork(
  source: string,
  pluginFiles: (network: NetworkName) => readonly PluginFile[] = () => [],
): Network {
  const document = parseJson(source, "network config");
  if (!isObject(document)) throw new CniError(Code.undecodable, "the network config is no JSON object");
  const name = requireNetworkName(document.name);
  const isSingle = document.plugins === undefined && document.type !== undefined;
  const inlined = isSingle ? [requirePlugin(document, "")] : inlinedPlugins(document);
  const others =
    isSingle || flag(document, "loadOnlyInlinedPlugins") ? [] : pluginFiles(name).map(parsePlugin);
  const plugins = [...inlined, ...others];
  if (plugins.length === 0) {
    throw new CniError(
      Code.invalidConfiguration,
      "no plugin configs found",
      "/plugins must be a list of at least one plugin, or the file of a single one have its /type",
    );
  }
  return {
    name,
    version: requireSupportedVersion(versionOf(document)),
    plugins,
    disableCheck: flag(document, "disableCheck"),
    disableGC: flag(document, "disableGC"),
    source: others.length === 0 ? source : inOneFile(document, plugins),
  };
}

function inlinedPlugins(document: JsonObject): readonly PluginConfiguration[] {
  const { plugins } = document;
  if (plugins === undefined && !flag(document, "loadOnlyInlinedPlugins")) return [];
  if (Array.isArray(plugins) && plugins.length > 0) {
    return plugins.map((plugin, index) => requirePlugin(plugin, `/plugins/${index}`));
  }
  throw new CniError(
    Code.invalidConfiguration,
    "no plugins in list",
    "/plugins must be a list of at least one plugin",
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

function parsePlugin({ path, source }: PluginFile): PluginConfiguration {
  return requirePlugin(parseJson(source, `plugin config ${path}`), `${path}: `);
}

/** A configuration that says the same without the other files, for a DEL when these have been changed. */
function inOneFile(document: JsonObject, plugins: readonly PluginConfiguration[]): string {
  return stringifyCompact({ ...document, plugins, loadOnlyInlinedPlugins: true });
}

/** A truth value, which libcni takes as a text, too. */
function flag(document: JsonObject, key: string): boolean {
  const value = document[key] ?? false;
  const folded = typeof value === "string" ? value.toLowerCase() : value;
  if (folded === true || folded === "true") return true;
  if (folded === false || folded === "false") return false;
  throw new CniError(
    Code.invalidConfiguration,
    `error parsing configuration list: invalid value for ${key}`,
    `/${key} must be true or false, found ${stringifyCompact(value)}`,
  );
}

/** The newest version that is spoken here, of those by which the network can be read; else what it says first. */
function versionOf(document: JsonObject): string | undefined {
  const { cniVersion, cniVersions } = document;
  const main = versionAt("/cniVersion", cniVersion ?? undefined);
  if (cniVersions === undefined || cniVersions === null) return main;
  if (!Array.isArray(cniVersions)) throw noVersion("/cniVersions", "a list of texts", cniVersions);
  const given = cniVersions.map((each, index) => versionAt(`/cniVersions/${index}`, each ?? null));
  return supportedVersions.findLast((version) => version === main || given.includes(version)) ?? main;
}

function versionAt(path: string, value: Json): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw noVersion(path, "a string", value);
}

function noVersion(path: string, expected: string, found: Json): CniError {
  return new CniError(
    Code.undecodable,
    `error parsing configuration: invalid ${path.split("/")[1]} type`,
    `${path} must be ${expected}, found ${stringifyCompact(found)}`,
  );
}
