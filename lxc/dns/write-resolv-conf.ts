import { system } from "#system";
import type { Dns } from "../../lib/cni/result.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { rootUserOf } from "../container/root-user.ts";
import { warn } from "../runtime.ts";
import { resolvConfOf } from "./resolv-conf.ts";

/**
 * Tells a container's resolver what its networks say, in its /etc/resolv.conf.
 *
 * Leaves it as it is where they say nothing, and where it is the host's. Whatever else keeps it from being written is
 * reported, and no reason for a container not to start.
 *
 * @param pid The container's first process, which is in its root already.
 * @param all What each network says, in their order.
 */
export function writeResolvConf(pid: number, all: readonly Dns[]): void {
  const { text, leftOut } = resolvConfOf(all);
  if (leftOut.length > 0) tell(`left out: ${shortened(leftOut)}`);
  if (text === undefined) return;
  try {
    const owner = rootUserOf(pid);
    if (owner === undefined) tell("not written: the container has no root", "add an lxc.idmap line for 0");
    else system.replaceWithin(`/proc/${pid}/root`, "etc/resolv.conf", text, { ...owner, mode: 0o644 });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const [what, todo] = reasons[error.code] ?? [error.message, ""];
    tell(`not written: ${what}`, todo);
  }
}

/** Why it cannot be written, and what can be done. */
const reasons: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  ENOENT: ["the container has no /etc", "make that directory"],
  ENOTDIR: ["the container's /etc is no directory, but perhaps a symbolic link", "make it a directory"],
  EISDIR: ["it is a directory", "remove it"],
  EBUSY: ["something is mounted there", "take that lxc.mount.entry away"],
  EROFS: ["the container's root is read-only", "write it once, or mount it by an lxc.mount.entry"],
  EACCES: ["the container's root may not write there", "give it /etc in the container's root file system"],
  EPERM: ["that needs root", "have root start the container"],
};

function tell(what: string, todo = ""): void {
  const advice = [...(todo === "" ? [] : [todo]), "hook --no-dns leaves it alone"].join(", or: ");
  warn(`/etc/resolv.conf of the container: ${what} (${advice})`);
}

/** LXC has little room for what a hook says. */
function shortened(lines: readonly string[]): string {
  const first = lines.slice(0, 3).join("; ");
  return lines.length > 3 ? `${first}; and ${lines.length - 3} more` : first;
}
