import type { ContainerId } from "../../lib/cni/request.ts";
import { base32 } from "../../lib/encoding/base32.ts";
import { digestOf } from "../../lib/encoding/digest.ts";

/**
 * The CNI id of an LXC container: its name, as far as CNI allows it and at most 64 characters of it, and a hash of name and LXC path, since two paths
 * may have containers of one name (docs/formats.md).
 *
 * @param name The container's name.
 * @param lxcPath The directory that LXC keeps it in.
 * @example
 * ```ts
 * containerIdOf("web", "/var/lib/lxc"); // "web-" and 8 characters
 * ```
 */
export function containerIdOf(name: string, lxcPath: string): ContainerId {
  const allowed = name.replace(/[^a-zA-Z0-9_.-]/g, "_").replace(/^[^a-zA-Z0-9]/, "x");
  // Names of files are made of it, which have an end at 255 bytes.
  const readable = allowed.slice(0, 64);
  return `${readable}-${base32(digestOf(`${lxcPath}/${name}`), 8)}` as ContainerId;
}
