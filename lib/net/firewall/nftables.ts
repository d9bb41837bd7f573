import { formatAddress } from "../../ip/address.ts";
import type { Prefix } from "../../ip/prefix.ts";
import { byNfTables } from "../nf-tables/nf-tables.ts";
import { reasonOf } from "./command.ts";
import type { Firewall } from "./firewall.ts";
import { finishAll } from "./later.ts";
import { nftNetworkPrefix, nftPrefix } from "./marks.ts";
import { checkNft, isNftInstalled, nftList } from "./nft-command.ts";
import { finishNftAddition, startNftAddition } from "./nftables-add.ts";
import { type MeantRules, removeNftRules } from "./nftables-remove.ts";
import { masqueradeText } from "./nftables-rule.ts";
import { type NftState, stateAtHandles, stateIn, stateInKernel } from "./nftables-state.ts";
import { checks, table, tableLines } from "./nftables-table.ts";

/**
 * Rules in a table of our own, by nft. Table, chains, rules and comments are those of the Go plugin; docs/formats.md.
 */
export const nftables: Firewall = {
  name: "nftables",

  add(masquerade) {
    const addition = startNftAddition(masquerade);
    return { finish: () => finishNftAddition(addition) };
  },

  takeBack({ attachment, addresses }): void {
    const texts = addresses.map(masqueradeText);
    const added: MeantRules = { prefix: nftPrefix(attachment), test: ({ text }) => texts.includes(text) };
    finishAll("failed to remove masquerade rules", [() => removeNftRules(added, { sure: true })]);
  },

  missing({ attachment, addresses }, handles): string[] {
    const prefix = nftPrefix(attachment);
    const isWhole = (state: NftState) => lacking(addresses, state).length === 0;
    const isSeen = byNfTables(
      (nfTables) =>
        (handles.length > 0 && isWhole(stateAtHandles(prefix, handles, nfTables))) ||
        isWhole(stateInKernel(prefix, nfTables)),
    );
    if (isSeen) return [];
    const output = nftList(`table ${table}`);
    if (output === undefined) return [`table ${table} of nftables`];
    return lacking(addresses, stateIn(output, prefix));
  },

  collect(network, valid): void {
    if (!isNftInstalled()) return;
    const kept = valid.map((each) => nftPrefix({ ...each, network }));
    const stale: MeantRules = {
      prefix: nftNetworkPrefix(network),
      test: ({ comment }) => !kept.some((each) => comment.startsWith(each)),
    };
    finishAll(`failed to remove masquerade rules of network ${network}`, [
      () => removeNftRules(stale, { sure: false }),
    ]);
  },

  whyUnusable(): string | undefined {
    if (!isNftInstalled()) return "nft is not installed";
    const outcome = checkNft([...tableLines, `add rule ${checks} masquerade`]);
    return outcome.status === 0 ? undefined : reasonOf(outcome);
  },
};

/** What is not there, in words. */
function lacking(addresses: readonly Prefix[], { rules, isLedTo }: NftState): string[] {
  return [
    ...addresses
      .filter((address) => !rules.some(({ text }) => text === masqueradeText(address)))
      .map(({ address }) => `the rule for ${formatAddress(address)} in chain masq_checks of table ${table}`),
    ...(isLedTo ? [] : [`the rule that leads from postrouting to masq_checks in table ${table}`]),
  ];
}
