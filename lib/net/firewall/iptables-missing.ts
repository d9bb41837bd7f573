import { formatAddress } from "../../ip/address.ts";
import { formatPrefix, networkOf } from "../../ip/prefix.ts";
import { type NfTables, unlessUnclear } from "../nf-tables/nf-tables.ts";
import type { Masquerade } from "./firewall.ts";
import { acceptRule, jumpRule, masqueradeRule } from "./iptables-add.ts";
import { finishListing, type Listing, requireStore, startListing } from "./iptables-command.ts";
import { finishJumpListing, startJumpListing } from "./iptables-jumps.ts";
import { type ChainRules, hasRules } from "./iptables-kernel.ts";
import { type PrintedRule, parseRules, type Rule, renderRule } from "./iptables-rule.ts";
import { type AddressFamily, ofFamily, type Store } from "./iptables-store.ts";
import { chainName, ruleComment } from "./marks.ts";

/**
 * Starts to look for what the addresses of one family lack. The mark is not asked for: the Go plugin makes none.
 *
 * Where the kernel itself shows that nothing is missing, no command is started.
 *
 * @returns what waits for it, and tells what is missing, in words.
 * @throws CniError 101 where the rules cannot be listed; so does what is returned.
 */
export function startLooking(
  family: AddressFamily,
  masquerade: Masquerade,
  nfTables: NfTables | undefined,
): () => string[] {
  const store = requireStore(family);
  if (nfTables !== undefined && isSeenInKernel(store, masquerade, nfTables)) return () => [];
  const rules = startListing(store, "nat", chainName(masquerade.attachment));
  const jumps = startJumpListing(store);
  return () => missingAmong(store, masquerade, { rules, jumps });
}

function isSeenInKernel(store: Store, masquerade: Masquerade, nfTables: NfTables): boolean {
  if (store.variant !== "nft") return false;
  const chain = chainName(masquerade.attachment);
  const place = { store, table: "nat", chain, from: "POSTROUTING" } as const;
  const addresses = ofFamily(store.family, masquerade.addresses);
  const wanted = {
    rules: [
      ...addresses.map((address) => acceptRule(masquerade, address)),
      masqueradeRule(store.family, masquerade),
    ],
    jumps: addresses.map((address) => jumpRule(masquerade, address)),
  };
  return unlessUnclear(() => hasRules(place, wanted, nfTables)) ?? false;
}

function missingAmong(
  store: Store,
  masquerade: Masquerade,
  listings: { readonly rules: Listing; readonly jumps: Listing },
): string[] {
  const { attachment } = masquerade;
  const chain = chainName(attachment);
  const output = finishListing(listings.rules);
  if (output === undefined) return [`chain ${chain} in table nat of ${store.command}`];
  const rules = parseRules(chain, output);
  const jumps = finishJumpListing(store, listings.jumps, chain, ruleComment(attachment));
  return lacking(store, masquerade, { rules, jumps });
}

/** What is not among the rules, in words. */
function lacking(
  { family }: Store,
  masquerade: Masquerade,
  { rules, jumps }: ChainRules<PrintedRule>,
): string[] {
  const chain = chainName(masquerade.attachment);
  const lacks = (rule: Rule, among = rules) => !isAmong(among, renderRule(rule));
  const addresses = ofFamily(family, masquerade.addresses);
  return [
    ...addresses
      .filter((address) => lacks(jumpRule(masquerade, address), jumps))
      .map(({ address }) => `the jump from ${formatAddress(address)} in POSTROUTING to chain ${chain}`),
    ...addresses
      .filter((address) => lacks(acceptRule(masquerade, address)))
      .map((address) => `the rule for ${formatPrefix(networkOf(address))} in chain ${chain}`),
    ...(lacks(masqueradeRule(family, masquerade)) ? [`the rule that masquerades in chain ${chain}`] : []),
  ];
}

function isAmong(rules: readonly PrintedRule[], wanted: string): boolean {
  return rules.some(({ text }) => text === wanted);
}
