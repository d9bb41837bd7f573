import { system } from "#system";
import { families, storesWithRules, usualStore } from "../../lib/net/firewall/iptables-store.ts";
import { doubtful, type Finding, ok, wrong } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** The programs that rules are made with. */
export function programs({ networks }: Subject): Finding[] {
  const store = usualStore(4);
  const hasNft = system.findProgram("nft") !== undefined;
  const settings = networks.flatMap(({ details }) => details.bridge ?? []);
  const needsRules = settings.some(({ masquerading, forward }) => masquerading !== undefined || forward);
  const needsIptables = settings.some(
    ({ masquerading, forward }) => masquerading?.backend === "iptables" || forward,
  );
  const needsNft = settings.some(
    ({ masquerading, guard }) => masquerading?.backend === "nftables" || guard !== "none",
  );
  const findings: Finding[] = [];
  if (store !== undefined) findings.push(ok(`iptables is installed, and works on ${store.name}`));
  if (hasNft) findings.push(ok("nft is installed"));
  if (store === undefined && (needsIptables || (needsRules && !hasNft))) {
    findings.push(wrong("iptables is not installed, and networks need it", "", "apt-get install iptables"));
  }
  if (!hasNft && needsNft) {
    findings.push(wrong("nft is not installed, and networks need it", "", "apt-get install nftables"));
  }
  return [...findings, ...divided()];
}

/** Rules in both stores of iptables: who looks at one does not see the other. */
function divided(): Finding[] {
  return families.flatMap((family) => {
    const usual = usualStore(family);
    const others = storesWithRules(family).filter(
      ({ name, variant }) => name !== usual?.name && variant === "legacy",
    );
    return others.map(({ name }) =>
      doubtful(
        `there are rules in ${name}, and ${usual?.command ?? "iptables"} works on ${usual?.name ?? "none"}`,
        "table nat",
        `${name} -t nat -S shows them; where nobody needs them: modprobe -r ${name.startsWith("ip6") ? "ip6" : "ip"}table_nat`,
      ),
    );
  });
}
