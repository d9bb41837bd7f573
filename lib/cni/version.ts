import { CniError, Code } from "./error.ts";
import type { Verb } from "./request.ts";

/** The versions of the specification that are spoken here, oldest first. */
export const supportedVersions: readonly string[] = [
  "0.1.0",
  "0.2.0",
  "0.3.0",
  "0.3.1",
  "0.4.0",
  "1.0.0",
  "1.1.0",
];

/** The newest version that is spoken here. */
export const currentVersion = "1.1.0";

/** What a configuration means that names no version. */
const unnamedVersion = "0.1.0";

/** The versions that brought the verbs which were not there from the beginning. */
const introduced: Readonly<Partial<Record<Verb, string>>> = {
  CHECK: "0.4.0",
  GC: "1.1.0",
  STATUS: "1.1.0",
};

/**
 * The version that a configuration asks for.
 *
 * @throws CniError 1 for one that is not spoken here.
 */
export function requireSupportedVersion(version: string | undefined): string {
  const asked = named(version);
  if (supportedVersions.includes(asked)) return asked;
  const list = supportedVersions.map((each) => `"${each}"`).join(" ");
  throw incompatible("incompatible CNI versions", `config is "${asked}", plugin supports [${list}]`);
}

/**
 * The version that a configuration asks for, when it is called for with a verb: some came later than others.
 *
 * @throws CniError 1 for a version that is not spoken here or does not know the verb; 6 for one that is none, where it
 *   has to be compared. The texts are the Go library's.
 */
export function requireVersionFor(verb: Verb, version: string | undefined): string {
  const since = introduced[verb];
  if (since !== undefined) {
    const asked = named(version);
    // Nothing has to be read as numbers of one of those that are spoken.
    if (supportedVersions.includes(asked) && isAtLeast(asked, since)) return asked;
    if (isBefore(asked, since)) {
      throw incompatible(
        `config version does not allow ${verb}`,
        `config is "${asked}", ${verb} needs ${since} or later`,
      );
    }
    if (isBefore(currentVersion, asked)) {
      throw incompatible(
        `plugin version does not allow ${verb}`,
        `config is "${asked}", the newest version that the plugin supports is ${currentVersion}`,
      );
    }
  }
  return requireSupportedVersion(version);
}

/** Whether `version` is `other` or a newer one. Both are supported versions. */
export function isAtLeast(version: string, other: string): boolean {
  return supportedVersions.indexOf(version) >= supportedVersions.indexOf(other);
}

function named(version: string | undefined): string {
  return version === undefined || version === "" ? unnamedVersion : version;
}

/** Whether `version` is older than `other`, whatever numbers these are. */
function isBefore(version: string, other: string): boolean {
  const numbers = numbersOf(version);
  const others = numbersOf(other);
  const at = numbers.findIndex((number, index) => number !== others[index]);
  return at >= 0 && (numbers[at] ?? 0) < (others[at] ?? 0);
}

/**
 * The three numbers of a version, as the Go library reads them: those that are left out at the end are 0.
 *
 * @throws CniError 6 where it has more, or another text than an integer.
 */
function numbersOf(version: string): number[] {
  const parts = version.split(".");
  if (parts.length > 3) throw malformed(`invalid version "${version}": too many parts`, version);
  return ["major", "minor", "micro"].map((name, index) => {
    const part = parts[index] ?? "0";
    if (/^[+-]?[0-9]+$/.test(part)) return Number(part);
    throw malformed(`failed to convert ${name} version part "${part}": it is no integer`, version);
  });
}

function malformed(message: string, version: string): CniError {
  return new CniError(Code.undecodable, message, `/cniVersion is ${JSON.stringify(version)}`);
}

function incompatible(message: string, details: string): CniError {
  return new CniError(Code.incompatibleVersion, message, details);
}
