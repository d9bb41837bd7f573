import { vi } from "vitest";
import type { Host } from "../fixture/host.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";

/**
 * What is on a host now that was not there before, and the reverse, but for what the runtime keeps for itself.
 *
 * Waits for the runtime's watchers over containers, which end some time after the command that removed the container.
 */
export async function leftovers(host: Host, before: Snapshot): Promise<string[]> {
  const left = () => snapshot(host).then((after) => difference(before, after));
  const settled = vi.waitFor(
    async () => {
      const lines = await left();
      if (lines.some((line) => watcher.test(line))) throw new Error("a watcher has not ended");
      return lines;
    },
    { timeout: 20_000, interval: 50 },
  );
  const lines = await settled.catch(left);
  return lines.filter((line) => !ofRuntime.test(line));
}

const watcher = /^\+ process \d+ (conmon|podman|containerd-shim.*)$/;
const ofRuntime = /^[-+] (file \/run\/(containerd|containers|crun|libpod|lock)\/|process \d+ containerd$)/;
