import type { Host } from "../fixture/host.ts";
import { difference, type Fact, type Snapshot, snapshot } from "../fixture/snapshot.ts";

/**
 * What came to a host since, and what went, but for what may stay after the last DEL (test/fixture/may-stay.ts) and the
 * namespaces of containers.
 */
export async function leftSince(before: Snapshot, host: Host): Promise<string[]> {
  return leftBut(isExpected, before, host);
}

/** The same after DEL by the Go plugin, which knows nothing of what ours record of an attachment. */
export async function leftByGoSince(before: Snapshot, host: Host): Promise<string[]> {
  return leftBut((fact) => isExpected(fact) || isRecord(fact), before, host);
}

async function leftBut(stays: (fact: Fact) => boolean, before: Snapshot, host: Host): Promise<string[]> {
  const after = await snapshot(host);
  return difference(
    before.filter((fact) => !stays(fact)),
    after.filter((fact) => !stays(fact)),
  );
}

/** What is kept for the next container; what a test did itself. */
function isExpected({ kind, subject, value }: Fact): boolean {
  if (kind === "file") return keptFiles.test(subject);
  if (!subject.startsWith("nft ")) return false;
  const { table, chain, name }: Record<string, unknown> = JSON.parse(value);
  if (subject === "nft chain") return table === masquerade && name === "masq_checks";
  return table === masquerade && chain === "postrouting";
}

/** Where the rules of a port are; the next ADD, and GC, know by the port's MAC that it is of another time. */
function isRecord({ kind, subject }: Fact): boolean {
  return kind === "file" && subject.startsWith("/run/lxc-cni/attachments/");
}

const masquerade = "cni_plugins_masquerade";

/** The lock and the memory of a lease directory, wherever a configuration has that; locks of ours; namespaces. */
const keptFiles =
  /^\/(var\/lib\/cni\/[^/]+\/[^/]+\/(lock|last_reserved_ip\.\d+)|run\/lxc-cni\/locks\/[^/]+|run\/netns\/[^/]+)$/;
