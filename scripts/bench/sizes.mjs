import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * How large executables are, and those of the same name that ours are compared with. netavark is one, which is compared
 * with `bridge`.
 *
 * @param {readonly string[]} names
 * @param {string} directory Where ours are.
 * @param {readonly import("./peers.mjs").Peer[]} peers
 * @returns {{ name: string, ours: number, peers: Record<string, number | undefined> }[]} In bytes.
 */
export function sizesOf(names, directory, peers) {
  return names.map((name) => ({
    name,
    ours: statSync(join(directory, name)).size,
    peers: Object.fromEntries(peers.map((peer) => [peer.name, sizeOf(name, peer)])),
  }));
}

function sizeOf(name, { plugins, netavark }) {
  const path = plugins !== undefined ? join(plugins, name) : name === "bridge" ? netavark?.at(-1) : undefined;
  return path !== undefined && existsSync(path) ? statSync(path).size : undefined;
}
