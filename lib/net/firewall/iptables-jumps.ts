import { CniError, Code } from "../../cni/error.ts";
import { parseAddress } from "../../ip/address.ts";
import { parsePrefix } from "../../ip/prefix.ts";
import { finishListing, type Listing, startListing } from "./iptables-command.ts";
import { type PrintedRule, parseRules, renderRule } from "./iptables-rule.ts";
import type { Store } from "./iptables-store.ts";
import { isNftInstalled, nftList } from "./nft-command.ts";

/**
 * The rules of POSTROUTING that lead from an address or a network to a chain.
 *
 * The nft kind of iptables lists nothing of a chain in which somebody put a rule by nft that it cannot express,
 * although it goes on adding and deleting rules there. Then nft, which knows no comments of iptables, has to tell.
 *
 * @param comment What the rules have as their comment.
 * @throws CniError 101 where they cannot be listed.
 */
export function listJumps(store: Store, chain: string, comment: string): PrintedRule[] {
  return finishJumpListing(store, startJumpListing(store), chain, comment);
}

/** Starts to list what {@linkcode finishJumpListing} reads. */
export function startJumpListing(store: Store): Listing {
  return startListing(store, "nat", "POSTROUTING");
}

/** The rules of POSTROUTING; see {@linkcode listJumps}. @throws CniError 101 where they cannot be listed */
export function finishJumpListing(
  store: Store,
  listing: Listing,
  chain: string,
  comment: string,
): PrintedRule[] {
  const output = finishListing(listing);
  if (output !== undefined) {
    // There may be thousands of other containers' rules: only those that matter are read.
    const own = output.split("\n").filter((line) => line.includes(`-j ${chain}`));
    return parseRules("POSTROUTING", own.join("\n")).filter(({ jump }) => jump === chain);
  }
  if (store.variant === "legacy") return [];
  return jumpsIn(listByNft(store)).flatMap((jump) =>
    jump.chain === chain ? printedJump(jump.source, chain, comment) : [],
  );
}

/** POSTROUTING, or the whole nat table, as nft prints it; empty when there is none. */
export function listByNft({ family, command }: Store, what: "chain" | "table" = "chain"): string {
  if (!isNftInstalled()) {
    throw new CniError(
      Code.firewallFailed,
      `${command} cannot read chain POSTROUTING of table nat`,
      "a rule was put there by nft; install nft, or take that rule out",
    );
  }
  const table = family === 4 ? "ip nat" : "ip6 nat";
  return (what === "chain" ? nftList(`chain ${table} POSTROUTING`) : nftList(`table ${table}`)) ?? "";
}

/** The jumps from addresses and networks in what nft printed. */
export function jumpsIn(output: string): { readonly source: string; readonly chain: string }[] {
  return output.split("\n").flatMap((line) => {
    const found = /^\s*ip6? saddr ([0-9a-f.:/]+) .*\bjump (\S+) # handle \d+$/.exec(line);
    return found === null ? [] : { source: found[1] ?? "", chain: found[2] ?? "" };
  });
}

/** The rule that leads from an address or a network to a chain, as iptables would print it. */
export function printedJump(text: string, chain: string, comment: string): PrintedRule[] {
  const source = parseAddress(text);
  const sourceNetwork = source === undefined ? parsePrefix(text) : undefined;
  if (source === undefined && sourceNetwork === undefined) return [];
  const rule = renderRule({ source, sourceNetwork, comment, jump: chain });
  return [{ text: rule, source, comment, jump: chain }];
}
