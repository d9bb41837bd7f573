import { CniError, Code } from "../../cni/error.ts";
import type { NfTables } from "../nf-tables/nf-tables.ts";
import { reasonOf } from "./command.ts";
import type { Search } from "./firewall.ts";
import { finishNftListing, startNft, startNftListing } from "./nft-command.ts";
import { findNftRules, type PrintedNftRule } from "./nftables-rule.ts";
import { kernelRules } from "./nftables-state.ts";
import { checks, checksChain, kernelTable } from "./nftables-table.ts";

/** Which rules are meant: those whose comments begin with `prefix`, and of these, where there is a test, some. */
export interface MeantRules {
  readonly prefix: string;
  readonly test?: (rule: PrintedNftRule) => boolean;
}

/** How often to start over when somebody else's removal comes in between. */
const tries = 5;

/**
 * Starts to look for masquerade rules.
 *
 * @param options.sure There are some: it is a failure when they cannot be read.
 * @throws CniError 101 where nft cannot be started.
 */
export function startNftSearch(meant: MeantRules, { sure }: { readonly sure: boolean }): Search {
  const listing = startNftListing(`chain ${checks}`);
  return {
    begin: () => {
      const lines = deletions(finishNftListing(listing, { sure }), meant);
      if (lines.length === 0) return { finish: () => {} };
      const running = startNft(lines);
      return {
        finish: () => {
          if (running.wait().status !== 0) removeNftRules(meant, { sure: true });
        },
      };
    },
  };
}

/**
 * Deletes masquerade rules in the kernel itself. Nothing is waited for.
 *
 * @param prefix What their comments begin with.
 * @throws Unclear where that cannot be done; then nothing was deleted, or all of it.
 */
export function deleteFromNft(prefix: string, nfTables: NfTables): void {
  const deletions = kernelRules(prefix, nfTables).map(
    ({ handle }) => ({ delete: "rule", chain: checksChain, handle }) as const,
  );
  if (deletions.length > 0) nfTables.remove(kernelTable, deletions);
}

/**
 * Removes masquerade rules.
 *
 * @param options.sure As for {@linkcode startNftSearch}.
 * @throws CniError 101 where they cannot be listed or removed.
 */
export function removeNftRules(meant: MeantRules, { sure }: { readonly sure: boolean }): void {
  for (let attempt = 1; ; attempt++) {
    const lines = deletions(finishNftListing(startNftListing(`chain ${checks}`), { sure }), meant);
    if (lines.length === 0) return;
    const outcome = startNft(lines).wait();
    if (outcome.status === 0) return;
    if (attempt < tries && !outcome.late) continue;
    throw new CniError(
      Code.firewallFailed,
      `nft failed to delete rules of chain ${checks}: ${reasonOf(outcome)}`,
    );
  }
}

function deletions(output: string | undefined, meant: MeantRules): string[] {
  return findNftRules(output ?? "", meant.prefix)
    .filter((rule) => meant.test?.(rule) ?? true)
    .map(({ handle }) => `delete rule ${checks} handle ${handle}`);
}
