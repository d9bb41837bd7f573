import { areLeasesOfEarlierBoot, leaseHolders } from "../../ipam/host-local/leased.ts";
import { holderInWords } from "../network/holders.ts";
import { doubtful, type Finding, orOk } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Leases that a crash of the host left: nothing is alive that has them. */
export function leases({ networks }: Subject): Finding[] {
  const findings = networks.flatMap(({ network: { name, plugins }, details }) => {
    if (details.pool === undefined) return [];
    const config = plugins[0] ?? {};
    const old = leaseHolders(config, name).filter((holder) =>
      areLeasesOfEarlierBoot(config, { network: name, ...holder }),
    );
    const holders = old.map(holderInWords).join(", ");
    const what = `addresses of network ${name} are leased since before the last boot: ${holders}`;
    return old.length === 0 ? [] : [doubtful(what, `/var/lib/cni/networks/${name}`, "lxc-cni gc")];
  });
  return orOk(findings, "no lease is left of an earlier boot");
}
