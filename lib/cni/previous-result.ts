import { foldedMember } from "./configuration.ts";
import { CniError, Code } from "./error.ts";
import { isObject, type JsonObject } from "./json.ts";
import { keepLatest } from "./keep-latest.ts";
import type { Result } from "./result.ts";
import { parseResult } from "./result-parse.ts";
import { isAtLeast } from "./version.ts";

/**
 * What the runtime says that ADD answered (`prevResult`; CNI specification 1.1.0, section 3).
 *
 * @param version The configuration's, in which the result has to be, too; one that names none is taken for that.
 * @returns undefined where the runtime says nothing.
 * @throws CniError 6 where it is no result of that version's form, with the Go library's texts.
 */
export const previousResult: (document: JsonObject, version: string) => Result | undefined =
  keepLatest(parse);

function parse(document: JsonObject, version: string): Result | undefined {
  const value = foldedMember(document, "prevResult");
  if (value === undefined) return undefined;
  if (isObject(value) && typeof value.cniVersion === "string" && value.cniVersion !== "") {
    requireForm(value.cniVersion, formOf(version));
  }
  try {
    return parseResult(value, version);
  } catch (error) {
    if (!(error instanceof CniError)) throw error;
    throw unusable(error.message.replace(/^could not parse result: /, ""), error.details);
  }
}

/** The versions in which a result has the same form, as the Go library lists them in its errors. */
interface Form {
  readonly versions: readonly string[];
  readonly listed: string;
}

function formOf(version: string): Form {
  if (isAtLeast(version, "1.0.0")) return form("1.0.0", "1.1.0");
  if (isAtLeast(version, "0.3.0")) return form("0.3.0", "0.3.1", "0.4.0");
  // In the library's list, the first one is empty: a configuration without a version.
  return form("", "0.1.0", "0.2.0");
}

function form(...versions: string[]): Form {
  return { versions, listed: `[${versions.join(" ")}]` };
}

function requireForm(version: string, { versions, listed }: Form): void {
  if (versions.includes(version)) return;
  throw unusable(
    `result type supports ${listed} but unmarshalled CNIVersion is "${version}"`,
    "/prevResult/cniVersion must be that of the configuration; the runtime has to convert the result",
  );
}

function unusable(reason: string, details: string): CniError {
  return new CniError(Code.undecodable, `could not parse prevResult: ${reason}`, details);
}
