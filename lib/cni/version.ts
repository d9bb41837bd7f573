import { CniError, Code } from "./error.ts";

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

/**
 * The version that a configuration asks for.
 *
 * @throws CniError 1 for one that is not spoken here.
 */
export function requireSupportedVersion(version: string | undefined): string {
  const asked = version === undefined || version === "" ? unnamedVersion : version;
  if (supportedVersions.includes(asked)) return asked;
  const list = supportedVersions.map((each) => `"${each}"`).join(" ");
  throw new CniError(
    Code.incompatibleVersion,
    "incompatible CNI versions",
    `config is "${asked}", plugin supports [${list}]`,
  );
}

/** Whether `version` is `other` or a newer one. Both are supported versions. */
export function isAtLeast(version: string, other: string): boolean {
  return supportedVersions.indexOf(version) >= supportedVersions.indexOf(other);
}
