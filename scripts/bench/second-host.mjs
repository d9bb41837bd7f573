import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { newSys, pause } from "./namespace.mjs";

/**
 * Another host beside the one that this runs on: network and mounts of its own, and nothing of CNI and LXC. It ends with
 * this process's host.
 *
 * @param {string} work A directory for a file that both hosts see.
 * @returns {{ pid: number, enter: string[], seen: (path: string) => string }} A process of it, what runs a command on it,
 *   and where its files are seen from here.
 */
export function bootSecondHost(work) {
  const ready = `${work}/second-host`;
  const words = ["--mount", "--net", "--propagation", "private", "bash", "-c", boot, "boot", ready];
  spawn("unshare", words, { stdio: ["ignore", "ignore", "inherit"], detached: true }).unref();
  for (let tries = 0; !existsSync(ready); tries++) {
    if (tries > 10_000) throw new Error("the second host does not come up");
    pause(1);
  }
  const pid = Number(readFileSync(ready, "utf8"));
  const enter = ["nsenter", `--target=${pid}`, "--mount", "--net", "--wd=/", "--"];
  const cable = `ip link add cable0 type veth peer name cable0 netns ${pid}`;
  execFileSync("sh", ["-c", cable]);
  return { pid, enter, seen: (path) => `/proc/${pid}/root${path}` };
}

const boot = `
set -e
exec 3> "$1.new"
ready=$1
for directory in /etc/lxc-cni /var/lib/lxc-cni /var/lib/cni /var/lib/lxc; do
  mkdir -p $directory
  mount -t tmpfs -o mode=755 tmpfs $directory
done
mkdir -p /run/lxc-cni
mount -t tmpfs -o mode=755 tmpfs /run/lxc-cni
${newSys}ip link set lo up
echo $$ >&3
exec 3>&-
mv "$ready.new" "$ready"
exec sleep infinity
`;
