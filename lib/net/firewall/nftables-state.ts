import type { NfTables } from "../nf-tables/nf-tables.ts";
import type { KernelRule } from "../nf-tables/rule.ts";
import { asNft } from "./as-nft.ts";
import { findNftRules, parseNftRules } from "./nftables-rule.ts";
import { checksChain, kernelTable } from "./nftables-table.ts";

/** What there is of an attachment, or of a network, in the table of masquerade rules. */
export interface NftState {
  /** Its rules, as nft prints them. */
  readonly rules: readonly { readonly text: string }[];
  /** Whether a rule leads from the kernel's hook to all rules that masquerade. */
  readonly isLedTo: boolean;
}

/** The rule that leads there. */
const lead = "goto masq_checks";

/** What `nft -a list` printed of the table. @param prefix What the comments of the rules begin with. */
export function stateIn(output: string, prefix: string): NftState {
  return {
    rules: findNftRules(output, prefix, checksChain),
    isLedTo: hasLead(output),
  };
}

/** Whether a rule leads from the kernel's hook to all rules that masquerade, in what `nft -a list` printed of the table. */
export function hasLead(output: string): boolean {
  return parseNftRules(output, "postrouting").some(({ text }) => text === lead);
}

/**
 * What the kernel has, as far as it is understood: to be sure that some of it is there.
 *
 * @param prefix As for {@linkcode stateIn}.
 * @throws Unclear where that cannot be found out.
 */
export function stateInKernel(prefix: string, nfTables: NfTables): NftState {
  const rules = kernelRules(prefix, nfTables);
  return { rules: rules.flatMap(textsOf).map((text) => ({ text })), isLedTo: isLedTo(nfTables) };
}

/**
 * What the kernel has of an attachment, as far as it is where it was when it was made.
 *
 * @param handles The numbers that its rules had. Others may have them by now.
 * @throws Unclear where that cannot be found out.
 */
export function stateAtHandles(prefix: string, handles: readonly number[], nfTables: NfTables): NftState {
  const chain = { ...kernelTable, chain: checksChain };
  const found = handles.flatMap((handle) => nfTables.rule(chain, handle) ?? []);
  const own = found.filter(({ comment }) => comment?.startsWith(prefix));
  return { rules: own.flatMap(textsOf).map((text) => ({ text })), isLedTo: isLedTo(nfTables) };
}

function isLedTo(nfTables: NfTables): boolean {
  const leading = nfTables.rulesWith(checksChain, { ...kernelTable, chain: "postrouting" });
  return leading.flatMap(textsOf).includes(lead);
}

/** The masquerade rules whose comments begin with a prefix of our own. @throws Unclear where they cannot be read */
export function kernelRules(prefix: string, nfTables: NfTables): KernelRule[] {
  const rules = nfTables.rulesWith(prefix, { ...kernelTable, chain: checksChain });
  return rules.filter(({ comment }) => comment?.startsWith(prefix));
}

function textsOf({ statement }: KernelRule): string[] {
  const text = statement && asNft(statement);
  return text === undefined ? [] : [text];
}
