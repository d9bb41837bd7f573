import { system } from "#system";
import { requireSafe } from "../../lib/runtime/load-network.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { warn } from "../runtime.ts";
import { type Grant, parseGrants } from "./grants.ts";
import { grantsFile } from "./meeting-place.ts";

/**
 * What users.conf grants: nothing where it is missing. Lines that are not understood are warned of.
 *
 * @throws CniError 7 where others than root can write it.
 */
export function readGrants(): readonly Grant[] {
  const text = readIfThere();
  if (text === undefined) return [];
  requireSafe(grantsFile);
  requireSafe("/etc/lxc-cni");
  const { grants, problems } = parseGrants(text);
  for (const problem of problems) warn(`ignored ${grantsFile}, ${problem}`);
  return grants;
}

function readIfThere(): string | undefined {
  try {
    return system.readRegular(grantsFile);
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}
