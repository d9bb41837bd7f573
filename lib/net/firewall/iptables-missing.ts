import { formatAddress } from "../../ip/address.ts";
import { formatPrefix, networkOf } from "../../ip/prefix.ts";
import type { Masquerade } from "./firewall.ts";
import { acceptRule, jumpRule, masqueradeRule } from "./iptables-add.ts";
import { listChain, requireStore } from "./iptables-command.ts";
import { listJumps } from "./iptables-jumps.ts";
import { parseRules, type Rule, renderRule } from "./iptables-rule.ts";
import { type AddressFamily, ofFamily } from "./iptables-store.ts";
import { chainName, ruleComment } from "./marks.ts";

/**
 * What the addresses of one family lack. The mark is not asked for: the Go plugin makes none.
 *
 * @throws CniError 101 where the rules cannot be listed.
 */
export function missingInStore(family: AddressFamily, masquerade: Masquerade): string[] {
  const { attachment } = masquerade;
  const chain = chainName(attachment);
  const store = requireStore(family);
  const output = listChain(store, "nat", chain);
  if (output === undefined) return [`chain ${chain} in table nat of ${store.command}`];
  const rules = parseRules(chain, output);
  const jumps = listJumps(store, chain, ruleComment(attachment));
  const lacks = (rule: Rule, among = rules) => !among.some(({ text }) => text === renderRule(rule));
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
