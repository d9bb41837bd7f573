import { system } from "#system";
import { CniError, Code } from "../../lib/cni/error.ts";
import { isSystemError } from "../../lib/system/error.ts";
import type { PassedNetns, Peer } from "../../lib/system/system.ts";
import { type ProcessIdentity, processOf } from "../container/process.ts";

/** Whom a user namespace calls everybody whom it does not know (/proc/sys/kernel/overflowuid). */
const nobody = 65534;

/**
 * Makes sure that a user may have a namespace connected: it belongs to a user namespace that this very user made. Every
 * process of the user may do anything to such a namespace's network; that of the host and those of others are no such.
 *
 * @throws CniError 130 where it is another's, or nobody can tell whose.
 */
export function requireOwnNamespace({ userId }: Peer, { owner }: PassedNetns): void {
  if (userId === nobody) {
    throw new CniError(Code.notAllowed, `user ${nobody} stands for everybody who is unknown here`);
  }
  if (owner === undefined) {
    throw new CniError(Code.notAllowed, "the network namespace is the host's, or belongs to the host's root");
  }
  if (owner !== userId) {
    throw new CniError(Code.notAllowed, `the network namespace belongs to user ${owner}, not to ${userId}`);
  }
}

/**
 * A process that is in a namespace: it will be recorded as the container's, and later commands of root look into its
 * namespaces.
 *
 * @throws CniError 8 where it is not there, or has ended.
 */
export function requireProcessIn(netns: PassedNetns, pid: number): ProcessIdentity {
  // In this order: where the pid becomes another process's meanwhile, it is one that has ended which is returned.
  const process = processOf(pid);
  if (process !== undefined && identityOf(pid) === netns.identity) return process;
  throw new CniError(
    Code.invalidNamespace,
    `process ${pid} is not in the network namespace that came with the request`,
  );
}

function identityOf(pid: number): string | undefined {
  try {
    const netns = system.openNetns(`/proc/${pid}/ns/net`);
    netns.close();
    return netns.identity;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
