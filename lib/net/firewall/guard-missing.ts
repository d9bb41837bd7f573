import { type Json, sorted, stringifyCompact } from "../../cni/json.ts";
import { byNfTables, type NfTables } from "../nf-tables/nf-tables.ts";
import { asNftJson } from "./as-nft-json.ts";
import type { Guard } from "./guard.ts";
import { entryChain, type GuardRule, guardRules } from "./guard-rules.ts";
import { finishChainListing, type ListedRule, startChainListing, table } from "./guard-table.ts";
import { guardNames } from "./marks.ts";

/**
 * What a guard lacks, in words; empty when all of it is in place.
 *
 * The rules for the MAC are compared as they are, those for addresses by their comments: versions of nft have different
 * words for one thing.
 *
 * @throws CniError 101 where that cannot be found out.
 */
export function missingFromGuard(guard: Guard): string[] {
  const rules = guardRules(guard);
  const { comment } = guardNames(guard.attachment);
  const seen = byNfTables((nfTables) => seenInKernel(rules, comment, nfTables));
  if (seen !== undefined && lacking(rules, comment, seen).length === 0) return [];
  return lacking(rules, comment, listed(rules)).map(
    (rule) => `rule "${rule.comment}" in chain ${rule.chain} of table bridge nat`,
  );
}

/** What is there, by the chain that has it. */
type FoundRules = ReadonlyMap<string, readonly Omit<ListedRule, "handle">[]>;

/** What nft lists. */
function listed(rules: readonly GuardRule[]): FoundRules {
  const listings = chainsOf(rules).map((chain) => ({ chain, listing: startChainListing(chain) }));
  return new Map(listings.map(({ chain, listing }) => [chain, finishChainListing(listing) ?? []]));
}

/** What the kernel has, as far as it is understood. @throws Unclear where that cannot be found out */
function seenInKernel(rules: readonly GuardRule[], comment: string, nfTables: NfTables): FoundRules {
  const found = (name: string) => {
    const chain = { ...table, chain: name };
    return name === entryChain ? nfTables.rulesWith(comment, chain) : nfTables.rules(chain);
  };
  return new Map(
    chainsOf(rules).map((chain) => [
      chain,
      found(chain).map((rule) => ({
        comment: rule.comment ?? "",
        expr: (rule.statement && asNftJson(rule.statement)) ?? [],
      })),
    ]),
  );
}

function chainsOf(rules: readonly GuardRule[]): string[] {
  return [...new Set(rules.map(({ chain }) => chain))];
}

/** The rules that are not there. @param comment That of the rules for the MAC. */
function lacking(rules: readonly GuardRule[], comment: string, found: FoundRules): GuardRule[] {
  const isThere = (rule: GuardRule) =>
    (found.get(rule.chain) ?? []).some(
      (each) => each.comment === rule.comment && (rule.comment !== comment || isSame(each.expr, rule.expr)),
    );
  return rules.filter((rule) => !isThere(rule));
}

function isSame(found: readonly Json[], wanted: readonly Json[]): boolean {
  return stringifyCompact(sorted(found)) === stringifyCompact(sorted(wanted));
}
