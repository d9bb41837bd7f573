import { CniError, Code } from "../../cni/error.ts";
import type { NetworkName } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import { byNfTables } from "../nf-tables/nf-tables.ts";
import { reasonOf } from "./command.ts";
import { multicast } from "./iptables-add.ts";
import { type Changes, listChain, restore, startRestore, type Table } from "./iptables-command.ts";
import { listJumps } from "./iptables-jumps.ts";
import { hasRules } from "./iptables-kernel.ts";
import { listLeniently } from "./iptables-lenient.ts";
import { type PlainLinkName, parseRules, type Rule, renderRule } from "./iptables-rule.ts";
import type { Store } from "./iptables-store.ts";
import { networkChain, networkComment } from "./marks.ts";

/** The rules of a network in one store of iptables. */
export interface StoreRules {
  readonly store: Store;
  readonly network: NetworkName;
  /** Subnets of the store's family to hide behind the host. */
  readonly subnets: readonly Prefix[];
  /** The link whose packets are to be let through. */
  readonly link: PlainLinkName | undefined;
}

/** The chain of the kernel's hook that leads to the network's chain of a table. */
const entryChains = { nat: "POSTROUTING", filter: "FORWARD" } as const;

/** A rule in the network's chain, or one that leads there. */
interface PlacedRule {
  readonly table: Table;
  readonly chain: string;
  readonly rule: Rule;
}

/** Starts to make the rules, as for a network that has none: nothing of a table is done where it has its chain. */
export function startStoreRules(rules: StoreRules): Running {
  return startRestore(
    rules.store,
    changes(rules, (table) => freshLines(rules, table)),
  );
}

/** Waits until the rules are there, and makes what was not. @throws CniError 101 where that fails */
export function finishStoreRules(rules: StoreRules, running: Running): void {
  const outcome = running.wait();
  if (outcome.status !== 0) makeMissing(rules);
}

/** Makes those rules that are not there. @throws CniError 101 where that fails */
export function makeMissing(rules: StoreRules): void {
  const lines = missingChanges(rules);
  if (Object.values(lines).every((each) => each.length === 0)) return;
  const outcome = restore(rules.store, lines);
  if (outcome.status !== 0) throw storeFailed(rules.store, "make", outcome);
}

/** The commands that make those rules that are not there. @throws CniError 101 where that cannot be found out */
export function missingChanges(rules: StoreRules): Changes {
  return changes(rules, (table) => missingLines(rules, table));
}

/** What is not there, in words. @throws CniError 101 where that cannot be found out */
export function missingFromStore(rules: StoreRules): string[] {
  if (isSeenInKernel(rules)) return [];
  return tablesOf(rules).flatMap((table) =>
    missingRules(rules, table).map(
      ({ chain, rule }) =>
        `rule "${renderRule(rule)}" in chain ${chain} of table ${table} of ${rules.store.command}`,
    ),
  );
}

function isSeenInKernel(rules: StoreRules): boolean {
  if (rules.store.variant !== "nft") return false;
  const { store, network } = rules;
  const own = networkChain(network);
  return tablesOf(rules).every((table) => {
    const place = { store, table, chain: own, from: entryChains[table] };
    const wanted = wantedRules(rules, table);
    const rulesOf = (isOwn: boolean) =>
      wanted.filter(({ chain }) => (chain === own) === isOwn).map(({ rule }) => rule);
    const sought = { rules: rulesOf(true), jumps: rulesOf(false) };
    return byNfTables((nfTables) => hasRules(place, sought, nfTables)) ?? false;
  });
}

/**
 * Removes all rules of the network from a store: as they should be, or where that fails, as they are.
 *
 * @param rules What it is known to have.
 * @throws CniError 101 where some are left
 */
export function startStoreRemoval(rules: StoreRules): { finish(): void } {
  const running = startRestore(
    rules.store,
    changes(rules, (table) => removalLines(rules, table)),
  );
  return {
    finish: () => {
      if (running.wait().status !== 0) removeWhatIsThere(rules.store, rules.network);
    },
  };
}

/** Removes all rules of a network that are found in a store. @throws CniError 101 where some are left */
export function removeWhatIsThere(store: Store, network: NetworkName): void {
  const chain = networkChain(network);
  const linesOf = (table: Table) =>
    listLeniently(store, table, chain) === undefined ? [] : actualJumps(store, table, network);
  const [nat, filter] = [linesOf("nat"), linesOf("filter")];
  if (nat.length + filter.length === 0) return;
  const outcome = restore(store, { nat, filter });
  if (outcome.status !== 0) throw storeFailed(store, "remove", outcome);
}

function storeFailed({ command }: Store, verb: string, outcome: Parameters<typeof reasonOf>[0]): CniError {
  return new CniError(
    Code.firewallFailed,
    `${command} failed to ${verb} a network's rules: ${reasonOf(outcome)}`,
  );
}

function tablesOf({ subnets, link }: StoreRules): Table[] {
  return [
    ...(subnets.length > 0 ? (["nat"] as const) : []),
    ...(link === undefined ? [] : (["filter"] as const)),
  ];
}

function changes(rules: StoreRules, linesOf: (table: Table) => string[]): Changes {
  return Object.fromEntries(tablesOf(rules).map((table) => [table, linesOf(table)]));
}

function freshLines(rules: StoreRules, table: Table): string[] {
  const chain = networkChain(rules.network);
  return [`-N ${chain}`, ...wantedRules(rules, table).map((each) => addLine(each, each.chain === chain))];
}

function missingLines(rules: StoreRules, table: Table): string[] {
  const isThere = listChain(rules.store, table, networkChain(rules.network)) !== undefined;
  return isThere ? missingRules(rules, table).map((each) => addLine(each, false)) : freshLines(rules, table);
}

function missingRules(rules: StoreRules, table: Table): PlacedRule[] {
  const own = networkChain(rules.network);
  const listed = parseRules(own, listChain(rules.store, table, own) ?? "").map(({ text }) => text);
  return wantedRules(rules, table).filter(({ chain, rule }) =>
    chain === own
      ? !listed.includes(renderRule(rule))
      : !isThere(rules.store, table, `${chain} ${renderRule(rule)}`),
  );
}

/** Whether a rule is there. Unlike a list, this works also in a chain with rules that iptables cannot read. */
function isThere(store: Store, table: Table, rule: string): boolean {
  return restore(store, { [table]: [`-C ${rule}`] }).status === 0;
}

/**
 * Adds a rule: to FORWARD in front of what others reject; to a chain that has rules already, in front of the one that
 * masquerades; otherwise at the end.
 */
function addLine({ chain, rule }: PlacedRule, isEmpty: boolean): string {
  const isFirst = chain === entryChains.filter || (rule.jump === "ACCEPT" && !isEmpty);
  return `${isFirst ? "-I" : "-A"} ${chain} ${renderRule(rule)}`;
}

function removalLines(rules: StoreRules, table: Table): string[] {
  const chain = networkChain(rules.network);
  const leading = wantedRules(rules, table).filter((each) => each.chain !== chain);
  return [
    ...leading.map((each) => `-D ${each.chain} ${renderRule(each.rule)}`),
    ...[`-F ${chain}`, `-X ${chain}`],
  ];
}

function actualJumps(store: Store, table: Table, network: NetworkName): string[] {
  const chain = networkChain(network);
  const comment = networkComment(network);
  const jumps = table === "nat" ? listJumps(store, chain, comment) : forwardJumps(store, network);
  return [...jumps.map(({ text }) => `-D ${entryChains[table]} ${text}`), ...[`-F ${chain}`, `-X ${chain}`]];
}

function forwardJumps(store: Store, network: NetworkName): { readonly text: string }[] {
  const chain = networkChain(network);
  const output = listChain(store, "filter", entryChains.filter);
  if (output !== undefined) {
    return parseRules(entryChains.filter, output).filter(({ jump }) => jump === chain);
  }
  // Somebody put a rule there that iptables cannot read.
  const text = renderRule({ comment: networkComment(network), jump: chain });
  return isThere(store, "filter", `${entryChains.filter} ${text}`) ? [{ text }] : [];
}

function wantedRules(rules: StoreRules, table: Table): PlacedRule[] {
  const own = networkChain(rules.network);
  const comment = networkComment(rules.network);
  const inOwn = table === "nat" ? masqueradeRules(rules, comment) : forwardRules(rules, comment);
  const leading: Rule[] =
    table === "nat"
      ? rules.subnets.map((sourceNetwork) => ({ sourceNetwork, comment, jump: own }))
      : [{ comment, jump: own }];
  return [
    ...inOwn.map((rule) => ({ table, chain: own, rule })),
    ...leading.map((rule) => ({ table, chain: entryChains[table], rule })),
  ];
}

/** What stays in the subnets keeps its source; all else but multicast gets the host's. */
function masqueradeRules({ store, subnets }: StoreRules, comment: string): Rule[] {
  return [
    ...subnets.map((destination) => ({ destination, comment, jump: "ACCEPT" })),
    { notDestination: multicast(store.family), comment, jump: "MASQUERADE" },
  ];
}

/** What comes from the link, what answers it, and what was sent to a published port passes. */
function forwardRules({ link }: StoreRules, comment: string): Rule[] {
  return [
    { input: link, comment, jump: "ACCEPT" },
    { output: link, connection: "RELATED,ESTABLISHED", comment, jump: "ACCEPT" },
    { output: link, connection: "DNAT", comment, jump: "ACCEPT" },
  ];
}
