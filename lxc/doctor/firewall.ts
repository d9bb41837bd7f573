import { system } from "#system";
import { type ForwardBarrier, forwardBarriers } from "../../lib/net/firewall/forward-barriers.ts";
import { type StoreName, usualStore } from "../../lib/net/firewall/iptables-store.ts";
import { isSystemError } from "../../lib/system/error.ts";
import { type Finding, ok, orOk, wrong } from "./finding.ts";
import { type GatewayNetwork, gatewayNetworks, type Subject } from "./subject.ts";

/** Chains that drop what is forwarded, and the networks that they keep from the world. */
export function firewall(subject: Subject): Finding[] {
  const barriers = forwardBarriers();
  if (barriers.length === 0) return [ok("no firewall of the host drops forwarded packets")];
  const networks = gatewayNetworks(subject);
  const findings = barriers.flatMap((barrier) =>
    networks.filter((network) => isStopped(network, barrier)).map((network) => stopped(network, barrier)),
  );
  return orOk(
    findings,
    `${barriers.map(inWords).join(", ")} drops forwarded packets, but none of the networks'`,
  );
}

function isStopped({ settings, details }: GatewayNetwork, barrier: ForwardBarrier): boolean {
  if (settings.forward && barrier.yields) return false;
  const families = (details.pool?.sets ?? []).flat().map(({ subnet }) => subnet.address.family);
  if (!families.some((family) => familiesOf(barrier).includes(family))) return false;
  return !isLetThrough(settings.gatewayLink, barrier);
}

function familiesOf({ store, table }: ForwardBarrier): (4 | 6)[] {
  if (store !== "nftables") return [store.startsWith("ip6") ? 6 : 4];
  return table.startsWith("ip ") ? [4] : table.startsWith("ip6 ") ? [6] : [4, 6];
}

/** Whether somebody has seen to it that packets of a link pass. */
function isLetThrough(link: string, { store, table, chain }: ForwardBarrier): boolean {
  if (store !== "nftables")
    return succeeds(commandOf(store), ["-w", "-C", chain, "-i", link, "-j", "ACCEPT"]);
  const listed = outputOf("nft", ["list", "table", ...table.split(" ")]);
  return listed
    .split("\n")
    .some((line) => line.includes(`iifname "${link}"`) && /accept|goto|jump/.test(line));
}

function stopped({ network, settings, file }: GatewayNetwork, barrier: ForwardBarrier): Finding {
  const same = barrier.yields
    ? `; or set "forward": "accept" in ${file}, for containers that start from then on`
    : "";
  return wrong(
    `forwarded packets of network ${network.name} are dropped${betweenPorts()}`,
    inWords(barrier),
    `${remedyFor(settings.gatewayLink, barrier)}${same}`,
  );
}

/** With br_netfilter, also what goes from one port of a bridge to another one counts as forwarded. */
function betweenPorts(): string {
  try {
    const value = system.readText("/proc/sys/net/bridge/bridge-nf-call-iptables").trim();
    return value === "1" ? ", also between its containers (bridge-nf-call-iptables is 1)" : "";
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

function inWords({ store, table, chain, by, madeBy }: ForwardBarrier): string {
  const whose = madeBy === undefined ? "" : `, made by ${madeBy}`;
  return `chain ${chain} of table ${table} of ${store} (by its ${by === "policy" ? "policy" : "last rule"}${whose})`;
}

function remedyFor(link: string, { store, table, chain, madeBy }: ForwardBarrier): string {
  if (madeBy === "firewalld") {
    return `firewall-cmd --permanent --zone=trusted --add-interface=${link} && firewall-cmd --reload`;
  }
  if (store === "nftables") {
    const insert = `nft insert rule ${table} ${chain}`;
    return `${insert} iifname ${link} accept && ${insert} oifname ${link} ct state established,related accept`;
  }
  const insert = `${commandOf(store)} -w -I ${chain}`;
  return `${insert} -i ${link} -j ACCEPT && ${insert} -o ${link} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
}

function commandOf(store: StoreName): string {
  const usual = usualStore(store.startsWith("ip6") ? 6 : 4);
  return usual?.name === store ? usual.command : store;
}

function succeeds(program: string, words: readonly string[]): boolean {
  return system.start({ program, arguments: words, deadline: 30_000 }).wait().status === 0;
}

function outputOf(program: string, words: readonly string[]): string {
  return system.start({ program, arguments: words, deadline: 30_000 }).wait().output;
}
