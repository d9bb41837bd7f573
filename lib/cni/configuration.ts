import { decode } from "./decode.ts";
import { CniError, Code, describe } from "./error.ts";
import { isObject, type JsonObject, parseJson } from "./json.ts";
import { requireNetworkName } from "./names.ts";
import type { NetworkName, Verb } from "./request.ts";
import type { Schema } from "./schema.ts";
import { currentVersion, requireSupportedVersion } from "./version.ts";

/** A network configuration as a plugin gets it on standard input, checked. */
export interface Configuration<Config> {
  readonly network: NetworkName;
  readonly version: string;
  readonly config: Config;
}

/**
 * Checks a network configuration.
 *
 * For DEL it reads on where ADD would fail, as long as there is a usable network name: what is there must be
 * removable, whatever has become of the configuration meanwhile.
 *
 * @throws CniError 6 for text that is no JSON object, 7 for one that has no usable name or (but for DEL) breaks the
 *   schema, 1 for a version that is not spoken (but for DEL).
 */
export function parseConfiguration<Config>(
  schema: Schema,
  verb: Verb,
  input: string,
  warn: (text: string) => void,
): Configuration<Config> {
  const document = parseJson(input, "network config");
  if (!isObject(document)) {
    throw new CniError(Code.undecodable, "error unmarshall network config: it is no JSON object");
  }
  return {
    network: requireNetworkName(foldedMember(document, "name")),
    version: versionOf(document, verb, warn),
    config: decode<Config>(schema, document, { lenient: verb === "DEL", warn }),
  };
}

function versionOf(document: JsonObject, verb: Verb, warn: (text: string) => void): string {
  try {
    return requireSupportedVersion(textMember(document, "cniVersion"));
  } catch (error) {
    if (verb !== "DEL" || !(error instanceof CniError)) throw error;
    warn(`read the configuration as one of version ${currentVersion}: ${describe(error)}`);
    return currentVersion;
  }
}

function textMember(document: JsonObject, key: string): string | undefined {
  const value = foldedMember(document, key);
  if (value === undefined || typeof value === "string") return value;
  throw new CniError(
    Code.undecodable,
    `decoding version from network config: /${key} must be a string`,
    `found ${JSON.stringify(value)}`,
  );
}

/** The member that Go's decoder would take for `key`: the last one whose name differs in case at most, and no null. */
function foldedMember(document: JsonObject, key: string): JsonObject[string] {
  const folded = key.toLowerCase();
  return Object.entries(document).findLast(
    ([name, value]) => name.toLowerCase() === folded && value !== null,
  )?.[1];
}
