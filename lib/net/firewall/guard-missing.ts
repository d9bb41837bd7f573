import { sorted, stringifyCompact } from "../../cni/json.ts";
import type { Guard } from "./guard.ts";
import { guardRules } from "./guard-rules.ts";
import { finishChainListing, type ListedRule, startChainListing } from "./guard-table.ts";
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
  const chains = [...new Set(rules.map(({ chain }) => chain))];
  const listings = chains.map((chain) => ({ chain, listing: startChainListing(chain) }));
  const listed = new Map(listings.map(({ chain, listing }) => [chain, finishChainListing(listing) ?? []]));
  const { comment } = guardNames(guard.attachment);
  const isListed = (rule: (typeof rules)[number]) =>
    (listed.get(rule.chain) ?? []).some(
      (found) => found.comment === rule.comment && (rule.comment !== comment || isSame(found, rule.expr)),
    );
  return rules
    .filter((rule) => !isListed(rule))
    .map((rule) => `rule "${rule.comment}" in chain ${rule.chain} of table bridge nat`);
}

function isSame({ expr }: ListedRule, wanted: ListedRule["expr"]): boolean {
  return stringifyCompact(sorted(expr)) === stringifyCompact(sorted(wanted));
}
