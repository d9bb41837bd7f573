import type { Host } from "../fixture/host.ts";
import { difference, type Snapshot, snapshot } from "../fixture/snapshot.ts";

/** What is on a host now that was not there before, and the reverse, but for what the runtime keeps for itself. */
export async function leftovers(host: Host, before: Snapshot): Promise<string[]> {
  return difference(before, await snapshot(host)).filter((line) => !ofRuntime.test(line));
}

const ofRuntime = /^[-+] file \/run\/(containerd|containers|crun|libpod|lock)\//;
