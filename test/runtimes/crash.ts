import { readdir, readFile } from "node:fs/promises";
import type { Host } from "../fixture/host.ts";

/** Kills all processes of a host that have one of the given names. */
export async function kill(host: Host, names: readonly string[]): Promise<void> {
  const proc = `/proc/${host.pid}/root/proc`;
  for (const id of (await readdir(proc)).filter((entry) => /^\d+$/.test(entry))) {
    const name = await readFile(`${proc}/${id}/comm`, "utf8").catch(() => "");
    // One that has ended since is as good as killed.
    if (names.includes(name.trimEnd())) await host.attempt(["kill", "-KILL", id]);
  }
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
for port in $(ip -o link show master cni0 | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/'); do ip link delete "$port"; done
ip link delete cni0
`;
