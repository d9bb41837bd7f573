import { vi } from "vitest";
import { runCommand } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";

/** The cgroup for the containers on a host, as cgroups of the machine, in every hierarchy. */
export function cgroupOf(host: Host): string {
  return `/lxc-cni-test-${host.pid}`;
}

/** Removes what is left of a cgroup when its host has ended: cgroups are in no namespace, but the machine's. */
export async function removeCgroup(cgroup: string): Promise<void> {
  const find = ["find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*${cgroup}*`];
  await vi.waitFor(
    async () => {
      const { status, errors } = await runCommand([...find, "-exec", "rmdir", "{}", "+"]);
      if (status !== 0) throw new Error(errors);
    },
    { timeout: 10_000, interval: 50 },
  );
}
