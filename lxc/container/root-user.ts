import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** A user and a group, as they are known here. */
export interface User {
  readonly userId: number;
  readonly groupId: number;
}

/**
 * Who the container's root is here: the ids that its user namespace maps 0 to.
 *
 * @param pid A process of the container.
 * @returns undefined where it maps none.
 */
export function rootUserOf(pid: number): User | undefined {
  const userId = mappedZero(`/proc/${pid}/uid_map`);
  const groupId = mappedZero(`/proc/${pid}/gid_map`);
  return userId === undefined || groupId === undefined ? undefined : { userId, groupId };
}

/** What 0 is mapped to (user_namespaces(7)): lines of the first id inside, the first one outside, and how many. */
function mappedZero(path: string): number | undefined {
  try {
    const found = /^\s*0\s+(\d+)\s/m.exec(system.readText(path));
    return found === null ? undefined : Number(found[1]);
  } catch (error) {
    // A kernel without user namespaces.
    if (isSystemError(error, "ENOENT")) return 0;
    throw error;
  }
}
