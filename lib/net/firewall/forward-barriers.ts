import { isObject } from "../../cni/json.ts";
import { finishListing, startListing } from "./iptables-command.ts";
import { families, type Store, type StoreName, storesWithRules, usualStore } from "./iptables-store.ts";
import { isNftInstalled, nftObjectsIn, readNftJson } from "./nft-command.ts";

/** A chain that drops forwarded packets, all but those that rules before its end let pass. */
export interface ForwardBarrier {
  readonly store: StoreName | "nftables";
  /** With its family where it is one of nftables: `inet firewalld`. */
  readonly table: string;
  readonly chain: string;
  /** Its policy drops, or its last rule drops or rejects whatever comes to it. */
  readonly by: "policy" | "rule";
  /** The program that made it, as far as names tell. */
  readonly madeBy: string | undefined;
  /** Rules of a network that is configured with `"forward": "accept"` stand in front of it. */
  readonly yields: boolean;
}

/**
 * The chains of this host that drop forwarded packets, in all stores.
 *
 * @throws ListingFailed where rules cannot be read.
 */
export function forwardBarriers(): ForwardBarrier[] {
  const stores = families.flatMap((family) => storesWithRules(family, "filter"));
  const read = stores.flatMap((store) => {
    const listing = finishListing(startListing(store, "filter"));
    return listing === undefined ? [] : [{ store, listing }];
  });
  const names = new Set<string>(read.map(({ store }) => store.name));
  const ofNft = isNftInstalled() ? barriersOfNft() : [];
  // What nft tells of chains of iptables, iptables tells better.
  const others = ofNft.filter(({ table, chain }) => !names.has(storeOfChain(table, chain) ?? ""));
  return [...read.flatMap(({ store, listing }) => barriersIn(store, listing)), ...others];
}

function barriersIn(store: Store, listing: string): ForwardBarrier[] {
  const lines = listing.split("\n");
  const last = lines.findLast((line) => line.startsWith("-A FORWARD "));
  const by = lines.includes("-P FORWARD DROP") ? "policy" : isCatchAll(last) ? "rule" : undefined;
  if (by === undefined) return [];
  const yields = usualStore(store.family)?.name === store.name;
  return [{ store: store.name, table: "filter", chain: "FORWARD", by, madeBy: makerIn(listing), yields }];
}

/** Whether a rule drops whatever comes to it: it matches nothing. */
function isCatchAll(line: string | undefined): boolean {
  return /^-A FORWARD (-m comment --comment ("[^"]*"|\S+) )?-j (DROP|REJECT)( |$)/.test(line ?? "");
}

/** Chains that programs are known by. */
const makers = [
  ["Docker", /DOCKER/],
  ["ufw", /ufw6?-/],
  ["firewalld", /firewalld|FORWARD_direct|FWD[IO]_/],
  ["LXD or Incus", /(^|[ ._])(lxd|incus)\b/],
  ["libvirt", /LIBVIRT_/],
] as const;

function makerIn(text: string): string | undefined {
  return makers.find(([, pattern]) => pattern.test(text))?.[0];
}

/** The store of iptables that a chain of nftables is of. */
function storeOfChain(table: string, chain: string): StoreName | undefined {
  if (chain !== "FORWARD") return undefined;
  return table === "ip filter" ? "iptables-nft" : table === "ip6 filter" ? "ip6tables-nft" : undefined;
}

function barriersOfNft(): ForwardBarrier[] {
  const chains = nftObjectsIn(readNftJson(["list", "chains"]), "chain");
  return chains
    .filter(({ hook, family }) => hook === "forward" && ["ip", "ip6", "inet"].includes(String(family)))
    .flatMap((found): ForwardBarrier[] => {
      const table = `${found.family} ${found.table}`;
      const chain = String(found.name);
      const by = found.policy === "drop" ? "policy" : endsInDrop(table, chain) ? "rule" : undefined;
      if (by === undefined) return [];
      const siblings = chains.filter((each) => each.family === found.family && each.table === found.table);
      const madeBy = makerIn([table, ...siblings.map(({ name }) => String(name))].join("\n"));
      const store = storeOfChain(table, chain) ?? "nftables";
      return [{ store, table, chain, by, madeBy, yields: store !== "nftables" && isUsual(store) }];
    });
}

function isUsual(store: StoreName): boolean {
  return families.some((family) => usualStore(family)?.name === store);
}

/** Whether the last rule of a chain drops or rejects whatever comes to it. */
function endsInDrop(table: string, chain: string): boolean {
  // nft takes its words for its language; a name that would be more than a name there is none that programs give.
  if (![...table.split(" "), chain].every((name) => /^[A-Za-z_][A-Za-z0-9_./-]*$/.test(name))) return false;
  const rules = nftObjectsIn(readNftJson(["list", "chain", ...table.split(" "), chain]), "rule");
  const statements = rules.at(-1)?.expr;
  if (!Array.isArray(statements)) return false;
  const kinds = statements.filter(isObject).flatMap(Object.keys);
  const isMatching = kinds.some((kind) => !["counter", "log", "drop", "reject"].includes(kind));
  return !isMatching && kinds.some((kind) => kind === "drop" || kind === "reject");
}
