import { readdir, readFile } from "node:fs/promises";
import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";

/** Kills all processes of a host that have one of the given names, and waits until they are gone. */
export async function kill(host: Host, names: readonly string[]): Promise<void> {
  for (const id of await called(names, host)) {
    // One that has ended since is as good as killed.
    await host.attempt(["kill", "-KILL", id]);
  }
  await expect.poll(() => called(names, host)).toEqual([]);
}

/** The processes of a host that have one of the names. */
async function called(names: readonly string[], host: Host): Promise<string[]> {
  const proc = `/proc/${host.pid}/root/proc`;
  const ids = (await readdir(proc)).filter((entry) => /^\d+$/.test(entry));
  const comms = await Promise.all(ids.map((id) => readFile(`${proc}/${id}/comm`, "utf8").catch(() => "")));
  return ids.filter((_, at) => names.includes(comms[at]?.trimEnd() ?? ""));
}

/**
 * Loses what a host keeps in memory alone: namespaces, links, rules, and the files of some directories. The processes
 * that use them have to be gone.
 */
export async function loseMemory(host: Host, directories: readonly string[]): Promise<void> {
  await host.run(["sh", "-ec", loss, "loss", ...directories]);
}

const loss = `
umount /run/netns/cni-*
rm /run/netns/cni-*
for directory; do
  grep -o " $directory/[^ ]*" /proc/mounts | while read -r mount; do umount --lazy "$mount"; done
  rm -rf "$directory"
done
for iptables in iptables ip6tables; do
  for table in nat filter; do
    $iptables -t $table -F
    $iptables -t $table -X
  done
done
# One that the kernel removes meanwhile, with its namespace, is gone as well.
for port in $(ip -o link show master cni0 | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'); do
  ip link delete "$port" || ! ip link show "$port"
done
ip link delete cni0
`;
