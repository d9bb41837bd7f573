import { readLedTo } from "../nf-tables/led-to.ts";
import { type NfTables, Unclear } from "../nf-tables/nf-tables.ts";
import type { KernelChain } from "../nf-tables/place.ts";
import type { KernelRule } from "../nf-tables/rule.ts";
import { asIptables } from "./as-iptables.ts";
import type { Table } from "./iptables-command.ts";
import type { PrintedRule } from "./iptables-rule.ts";
import type { Store } from "./iptables-store.ts";

/** A chain of a store, and the chain of the kernel's hook that leads there. */
export interface IptablesPlace {
  readonly store: Pick<Store, "family">;
  readonly table: Table;
  readonly chain: string;
  readonly from: string;
}

/** Rules of a chain, and those that lead there. */
export interface ChainRules<Rule extends PrintedRule = PrintedRule> {
  readonly rules: readonly Rule[];
  readonly jumps: readonly Rule[];
}

/** A rule, and the number by which the kernel deletes it. */
export interface NumberedRule extends PrintedRule {
  readonly handle: number;
}

/** The chain as the kernel knows it. */
export function kernelChain({ store, table, chain }: Omit<IptablesPlace, "from">): KernelChain {
  return { family: store.family === 4 ? "ip" : "ip6", table, chain };
}

/**
 * The rules of a chain that the kernel has, as far as they are understood: to be sure that some are there.
 *
 * @returns undefined where there is no such chain.
 * @throws Unclear where that cannot be found out.
 */
export function knownRules(place: IptablesPlace, nfTables: NfTables): ChainRules | undefined {
  const { family } = place.store;
  return inWords(place, nfTables, (rule) => asIptables(rule, family) ?? []);
}

/**
 * All rules of a chain that the kernel has.
 *
 * @returns undefined where there is no such chain.
 * @throws Unclear where one of them is not understood, or that cannot be found out.
 */
export function allRules(place: IptablesPlace, nfTables: NfTables): ChainRules<NumberedRule> | undefined {
  const { family } = place.store;
  return inWords(place, nfTables, (rule) => {
    const { handle } = rule;
    const printed = asIptables(rule, family);
    if (printed === undefined) throw new Unclear(`rule ${handle} is not one that is made here`);
    return { ...printed, handle };
  });
}

function inWords<Rule extends PrintedRule>(
  place: IptablesPlace,
  nfTables: NfTables,
  wordsOf: (rule: KernelRule) => Rule | [],
): ChainRules<Rule> | undefined {
  const found = readLedTo(kernelChain(place), place.from, nfTables);
  return (
    found && {
      rules: found.rules.flatMap(wordsOf),
      jumps: found.naming.flatMap(wordsOf).filter(({ jump }) => jump === place.chain),
    }
  );
}
