import { expect } from "vitest";
import type { Host } from "../fixture/host.ts";

/** Gives a user a part of the tree of cgroups, as systemd-logind does: that of version 2, which alone can be given away. */
export async function delegateCgroup(host: Host, user: number): Promise<string> {
  const cgroup = `/sys/fs/cgroup/lxccnitest-${host.pid}`;
  await host.run(["umount", "--recursive", "/sys/fs/cgroup"]);
  await host.run(["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]);
  await host.run(["mkdir", "-p", `${cgroup}/user`]);
  await host.run(["chown", "-R", `${user}:${user}`, cgroup]);
  return cgroup;
}

/** Removes it, when everything in it has ended. */
export async function removeCgroup(host: Host, cgroup: string): Promise<void> {
  const remove = ["find", cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"];
  await expect.poll(async () => (await host.attempt(remove)).status).toBe(0);
}
