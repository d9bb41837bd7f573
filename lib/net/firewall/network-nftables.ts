import { CniError, Code } from "../../cni/error.ts";
import type { NetworkName } from "../../cni/request.ts";
import { formatPrefix, type Prefix } from "../../ip/prefix.ts";
import { byNfTables } from "../nf-tables/nf-tables.ts";
import { reasonOf } from "./command.ts";
import { networkComment, networkPrefix } from "./marks.ts";
import { nftList, startNft } from "./nft-command.ts";
import { removeNftRules } from "./nftables-remove.ts";
import { subnetMasqueradeText } from "./nftables-rule.ts";
import { type NftState, stateIn, stateInKernel } from "./nftables-state.ts";
import { checks, table, tableLines } from "./nftables-table.ts";

/** How often to start over when rules come and go meanwhile. */
const tries = 3;

/** Makes those rules for subnets of a network that are not there. @throws CniError 101 where that fails */
export function makeMissingInNft(network: NetworkName, subnets: readonly Prefix[]): void {
  for (let attempt = 1; ; attempt++) {
    const lines = missingNftLines(network, subnets);
    if (lines.length === 0) return;
    const outcome = startNft(lines).wait();
    if (outcome.status === 0) return;
    if (attempt < tries && !outcome.late) continue;
    throw new CniError(Code.firewallFailed, `nft failed to make a network's rules: ${reasonOf(outcome)}`);
  }
}

/** The lines that make those that are not there. @throws CniError 101 where that cannot be found out */
export function missingNftLines(network: NetworkName, subnets: readonly Prefix[]): string[] {
  const { missing, isLedTo } = stateOf(network, subnets);
  const comment = networkComment(network);
  return [
    ...(isLedTo ? [] : tableLines),
    ...missing.map((subnet) => `add rule ${checks} ${subnetMasqueradeText(subnet)} comment "${comment}"`),
  ];
}

/** What is not there, in words. @throws CniError 101 where that cannot be found out */
export function missingFromNft(network: NetworkName, subnets: readonly Prefix[]): string[] {
  const seen = byNfTables((nfTables) => stateInKernel(networkPrefix(network), nfTables));
  if (seen !== undefined && isWhole(seen, subnets)) return [];
  const { missing, isLedTo } = stateOf(network, subnets);
  return [
    ...missing.map((subnet) => `the rule for ${formatPrefix(subnet)} in chain masq_checks of table ${table}`),
    ...(isLedTo ? [] : [`the rule that leads from postrouting to masq_checks in table ${table}`]),
  ];
}

/**
 * Removes the rules of a network, but not those of its attachments.
 *
 * @param options.sure There are some: it is a failure when they cannot be read.
 * @throws CniError 101 where some are left.
 */
export function removeNetworkFromNft(network: NetworkName, { sure }: { readonly sure: boolean }): void {
  removeNftRules({ prefix: networkPrefix(network) }, { sure });
}

function stateOf(network: NetworkName, subnets: readonly Prefix[]): { missing: Prefix[]; isLedTo: boolean } {
  const state = stateIn(nftList(`table ${table}`) ?? "", networkPrefix(network));
  return { missing: lacking(subnets, state), isLedTo: state.isLedTo };
}

function isWhole(state: NftState, subnets: readonly Prefix[]): boolean {
  return state.isLedTo && lacking(subnets, state).length === 0;
}

function lacking(subnets: readonly Prefix[], { rules }: NftState): Prefix[] {
  return subnets.filter((subnet) => !rules.some(({ text }) => text === subnetMasqueradeText(subnet)));
}
