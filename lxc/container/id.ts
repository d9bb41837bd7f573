import type { ContainerId } from "../../lib/cni/request.ts";
import { base32 } from "../../lib/encoding/base32.ts";
import { digestOf } from "../../lib/encoding/digest.ts";

/**
 * The CNI id of an LXC container: its name, as far as CNI allows it and at most 64 characters of it, and a hash of name
 * and LXC path, since two paths may have containers of one name (docs/formats.md).
 *
 * @param name The container's name.
 * @param lxcPath The directory that LXC keeps it in.
 * @example
 * ```ts
 * containerIdOf("web", "/var/lib/lxc"); // "web-" and 8 characters
 * ```
 */
export function containerIdOf(name: string, lxcPath: string): ContainerId {
  return `${readable(name)}-${base32(digestOf(`${lxcPath}/${name}`), 8)}` as ContainerId;
}

/**
 * The CNI id of a container that an ordinary user has started. It can be no container's of root, whatever the user calls
 * it, since the hash at its end has twice as many characters; and no other user's, since it begins with the user's id.
 */
export function containerIdOfUser(userId: number, name: string, lxcPath: string): ContainerId {
  return `u${userId}-${readable(name)}-${base32(digestOf(`${lxcPath}/${name}`), 16)}` as ContainerId;
}

/** Whether a container is one that this user has started. */
export function isContainerOfUser(container: ContainerId, userId: number): boolean {
  return container.startsWith(`u${userId}-`) && /-[a-z2-7]{16}$/.test(container);
}

/** What a user's requests are locked by: at its end is a hash. */
export function lockOfUser(userId: number): string {
  return base32(digestOf(`user ${userId}`), 8);
}

/** Names of files are made of it, which have an end at 255 bytes. */
function readable(name: string): string {
  return name
    .replace(/[^a-zA-Z0-9_.-]/g, "_")
    .replace(/^[^a-zA-Z0-9]/, "x")
    .slice(0, 64);
}
