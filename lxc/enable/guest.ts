import { system } from "#system";
import { isSystemError } from "../../lib/system/error.ts";

/** The script by which busybox starts, as LXC's template writes it. */
const script = "etc/init.d/rcS";

/** A line of it that starts udhcpc and does nothing else. */
const udhcpcLine = /^[ \t]*(?:\/\S*\/)?udhcpc\b[^\n]*\n?/gm;

/**
 * Whether the container would ask for an address by DHCP as soon as it starts: busybox's udhcpc then removes the address
 * that CNI gave it, whether anybody answers or not.
 *
 * @param root The container's root.
 */
export function runsUdhcpc(root: string): boolean {
  const text = readScript(root) ?? "";
  return text.replace(udhcpcLine, "") !== text;
}

/** Takes the lines out that start udhcpc. Owner and mode stay. @throws SystemError where that cannot be done */
export function removeUdhcpc(root: string): void {
  const text = readScript(root);
  const status = system.status(`${root}/${script}`);
  if (text === undefined || status === undefined) return;
  const { userId, groupId, mode } = status;
  system.replaceWithin(root, script, text.replace(udhcpcLine, ""), { userId, groupId, mode }, "on disk");
}

/** How one does the same by hand. An ordinary user's container belongs to ids that are the user's in a user namespace only. */
export function remedyFor(root: string): string {
  const within = system.userId === 0 ? "" : "lxc-usernsexec -- ";
  return `${within}sed -i /udhcpc/d ${root}/${script}`;
}

/** The script; undefined where there is none, or it is elsewhere: a symbolic link of a guest may lead out of its root. */
function readScript(root: string): string | undefined {
  try {
    const path = `${system.realPath(root)}/${script}`;
    return system.realPath(path) === path ? system.readRegular(path) : undefined;
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}
