import type { Snapshot } from "../../fixture/observe/fact.ts";
import { addresses, links, routes } from "../../fixture/observe/links.ts";
import { nftablesRules } from "../../fixture/observe/rules.ts";
import { difference } from "../../fixture/snapshot.ts";
import type { Debian } from "./test.ts";

/** The network of a Debian, its rules, and the files of CNI and ours. */
export async function observe(debian: Debian): Promise<Snapshot> {
  const facts = [addresses, links, routes, nftablesRules, files].map((look) => look(debian));
  return (await Promise.all(facts)).flat();
}

/** What came and went since, but for what may stay after the last DEL. */
export async function since(before: Snapshot, debian: Debian): Promise<string[]> {
  return difference(before, await observe(debian));
}

async function files(debian: Debian): Promise<Snapshot> {
  const found = await debian.sh(
    "find /etc/cni /var/lib/cni /var/lib/lxc-cni /run/lxc-cni ! -type d 2> /dev/null || :",
  );
  return found.split("\n").map((subject) => ({ kind: "file", subject, value: "" }));
}

/** What AppArmor has denied since the machine booted, in the order of time. */
export async function denials(debian: Debian): Promise<string[]> {
  const log = await debian.sh("dmesg");
  return log.split("\n").filter((line) => line.includes('apparmor="DENIED"'));
}
