import { reasonOf } from "./command.ts";
import { entryChainWords } from "./guard-table.ts";
import { checkNft, isNftInstalled } from "./nft-command.ts";

/** Why ports cannot be guarded on this host; undefined where they can. */
export function whyGuardsUnusable(): string | undefined {
  if (!isNftInstalled()) return "nft is not installed";
  const outcome = checkNft([
    "add table bridge nat",
    `add chain ${entryChainWords} { type filter hook prerouting priority -300; policy accept; }`,
  ]);
  return outcome.status === 0 ? undefined : reasonOf(outcome);
}
