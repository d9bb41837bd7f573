import { CniError, Code } from "../../cni/error.ts";
import type { JsonObject } from "../../cni/json.ts";
import type { Attachment } from "../../cni/request.ts";
import type { Deletion } from "../nf-tables/messages.ts";
import type { NfTables } from "../nf-tables/nf-tables.ts";
import { reasonOf } from "./command.ts";
import type { Search } from "./firewall.ts";
import type { Guard } from "./guard.ts";
import { entryChain } from "./guard-rules.ts";
import {
  chain,
  entryChainWords,
  finishChainListing,
  listChains,
  ruleIn,
  startChainListing,
  table,
} from "./guard-table.ts";
import { type GuardNames, guardNames } from "./marks.ts";
import { finishNftListing, nftList, startNftJson, startNftListing } from "./nft-command.ts";
import { parseNftRules } from "./nftables-rule.ts";

/** How often to start over when others change rules meanwhile. */
const tries = 5;

/**
 * Starts to look for the guard of an attachment, which may be the Go plugin's.
 *
 * @param options.sure There is one: it is a failure when it cannot be read.
 * @throws CniError 101 where nft cannot be started.
 */
export function startGuardSearch(attachment: Attachment, { sure }: { readonly sure: boolean }): Search {
  const names = guardNames(attachment);
  const listing = startNftListing(`chain ${entryChainWords}`);
  return {
    begin: () => {
      const output = finishNftListing(listing, { sure });
      if (output === undefined) return { finish: () => {} };
      const handles = handlesIn(output, names);
      // Chains without a rule that leads there are what a call left that was killed.
      if (handles.length === 0) return { finish: () => removeGuard(names) };
      const running = startNftJson(deletions(handles, [names.chain, names.macChain]));
      return {
        finish: () => {
          if (running.wait().status !== 0) removeGuard(names);
        },
      };
    },
  };
}

/**
 * Deletes the guard of an attachment in the kernel itself. Nothing is waited for.
 *
 * @throws Unclear where that cannot be done; then nothing was deleted, or all of it.
 */
export function deleteGuard(attachment: Attachment, nfTables: NfTables): void {
  const names = guardNames(attachment);
  const leading = nfTables
    .rulesWith(names.comment, { ...table, chain: entryChain })
    .filter(({ comment }) => comment === names.comment);
  const chains = [names.chain, names.macChain].filter(
    (name) => nfTables.uses({ ...table, chain: name }) !== undefined,
  );
  const deletions: Deletion[] = [
    ...leading.map(({ handle }) => ({ delete: "rule", chain: entryChain, handle }) as const),
    ...chains.map((name) => ({ delete: "all rules", chain: name }) as const),
    ...chains.map((name) => ({ delete: "chain", chain: name }) as const),
  ];
  if (deletions.length > 0) nfTables.remove(table, deletions);
}

/**
 * Removes the guard that one call made: not one of another call, which has another MAC.
 *
 * @throws CniError 101 where it cannot be listed or removed.
 */
export function takeBackGuard({ attachment, mac }: Guard): void {
  const names = guardNames(attachment);
  const rules = finishChainListing(startChainListing(names.macChain)) ?? [];
  const isOfOther = rules.length > 0 && !rules.some(({ expr }) => JSON.stringify(expr).includes(`"${mac}"`));
  if (!isOfOther) removeGuard(names);
}

/** Removes whatever is there of a guard. */
function removeGuard(names: GuardNames): void {
  for (let attempt = 1; ; attempt++) {
    const handles = handlesIn(nftList(`chain ${entryChainWords}`) ?? "", names);
    const present = listChains();
    const commands = deletions(
      handles,
      [names.chain, names.macChain].filter((name) => present.includes(name)),
    );
    if (commands.length === 0) return;
    const outcome = startNftJson(commands).wait();
    if (outcome.status === 0) return;
    if (attempt < tries && !outcome.late) continue;
    throw new CniError(
      Code.firewallFailed,
      `nft failed to delete chain ${names.chain}: ${reasonOf(outcome)}`,
    );
  }
}

function handlesIn(output: string, { comment }: GuardNames): number[] {
  return parseNftRules(output)
    .filter((rule) => rule.comment === comment)
    .map(({ handle }) => handle);
}

/** The commands that delete rules that lead to chains, and the chains. */
export function deletions(handles: readonly number[], chains: readonly string[]): JsonObject[] {
  return [
    ...handles.map((handle) => ({ delete: { rule: ruleIn(entryChain, { handle }) } })),
    ...chains.map((name) => ({ flush: { chain: chain(name) } })),
    ...chains.map((name) => ({ delete: { chain: chain(name) } })),
  ];
}
