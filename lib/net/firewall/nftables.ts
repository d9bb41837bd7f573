import { formatAddress } from "../../ip/address.ts";
import { reasonOf } from "./command.ts";
import type { Firewall } from "./firewall.ts";
import { finishAll } from "./later.ts";
import { nftNetworkPrefix, nftPrefix } from "./marks.ts";
import { checkNft, isNftInstalled, nftList } from "./nft-command.ts";
import { finishNftAddition, startNftAddition } from "./nftables-add.ts";
import { type MeantRules, removeNftRules } from "./nftables-remove.ts";
import { findNftRules, masqueradeText, parseNftRules } from "./nftables-rule.ts";
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

  missing({ attachment, addresses }): string[] {
    const output = nftList(`table ${table}`);
    if (output === undefined) return [`table ${table} of nftables`];
    const rules = findNftRules(output, nftPrefix(attachment));
    const leads = parseNftRules(output, "postrouting").some(({ text }) => text === "goto masq_checks");
    return [
      ...addresses
        .filter((address) => !rules.some(({ text }) => text === masqueradeText(address)))
        .map(
          ({ address }) => `the rule for ${formatAddress(address)} in chain masq_checks of table ${table}`,
        ),
      ...(leads ? [] : [`the rule that leads from postrouting to masq_checks in table ${table}`]),
    ];
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
