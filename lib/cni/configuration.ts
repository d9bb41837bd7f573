import { decode } from "./decode.ts";
import { CniError, Code, describe } from "./error.ts";
import { excerpt } from "./excerpt.ts";
import { isObject, type Json, type JsonObject, parseJson } from "./json.ts";
import { keepLatest } from "./keep-latest.ts";
import { requireNetworkName } from "./names.ts";
import type { NetworkName, Verb } from "./request.ts";
import type { Schema } from "./schema.ts";
import { currentVersion, requireVersionFor } from "./version.ts";

/** A network configuration as a plugin gets it on standard input: so far, only its name was checked. */
export interface NamedDocument {
  readonly network: NetworkName;
  readonly document: JsonObject;
}

/** What a network configuration says to a plugin, checked. */
export interface Configuration<Config> {
  readonly version: string;
  readonly config: Config;
}

/**
 * Reads what is looked at first, whatever the verb.
 *
 * @throws CniError 6 for text that is no JSON object, 7 for one that has no usable name.
 */
export const parseDocument: (input: string) => NamedDocument = keepLatest(parse);

function parse(input: string): NamedDocument {
  const document = parseJson(input, "network config");
  if (!isObject(document)) {
    throw new CniError(Code.undecodable, "error unmarshall network config: it is no JSON object");
  }
  return { network: requireNetworkName(foldedMember(document, "name")), document };
}

/**
 * Checks a network configuration.
 *
 * For DEL it reads on where ADD would fail: what is there must be removable, whatever has become of the configuration
 * meanwhile.
 *
 * @throws CniError 1 for a version that is not spoken or has no such verb, 6 for one that is none, 7 for what breaks
 *   the schema; none of them for DEL.
 */
export function parseConfiguration<Config>(
  schema: Schema,
  verb: Verb,
  document: JsonObject,
  warn: (text: string) => void,
): Configuration<Config> {
  return {
    version: versionOf(document, verb, warn),
    config: decode<Config>(schema, document, { lenient: verb === "DEL", warn }),
  };
}

function versionOf(document: JsonObject, verb: Verb, warn: (text: string) => void): string {
  try {
    return requireVersionFor(verb, textMember(document, "cniVersion"));
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
    `found ${excerpt(value)}`,
  );
}

/** The member that Go's decoder would take for `key`: the last one whose name differs in case at most, and no null. */
export function foldedMember(document: JsonObject, key: string): Json {
  const folded = key.toLowerCase();
  const name = Object.keys(document).findLast(
    (each) => each.length === key.length && each.toLowerCase() === folded && document[each] !== null,
  );
  return name === undefined ? undefined : document[name];
}
