import { guessLedTo, readLedTo } from "../nf-tables/led-to.ts";
import { type NfTables, Unclear } from "../nf-tables/nf-tables.ts";
import type { KernelChain } from "../nf-tables/place.ts";
import type { KernelRule } from "../nf-tables/rule.ts";
import { asIptables } from "./as-iptables.ts";
import type { Table } from "./iptables-command.ts";
import { equalRule, type Rule, type RuleTraits } from "./iptables-rule.ts";
import type { Store } from "./iptables-store.ts";

/** A chain of a store, and the chain of the kernel's hook that leads there. */
export interface IptablesPlace {
  readonly store: Pick<Store, "family">;
  readonly table: Table;
  readonly chain: string;
  readonly from: string;
}

/** Rules of a chain, and those that lead there. */
export interface ChainRules<Rule extends RuleTraits> {
  readonly rules: readonly Rule[];
  readonly jumps: readonly Rule[];
}

/** A rule, and the number by which the kernel deletes it. */
export interface NumberedRule extends Rule {
  readonly handle: number;
}

/** The chain as the kernel knows it. */
export function kernelChain({ store, table, chain }: Omit<IptablesPlace, "from">): KernelChain {
  return { family: store.family === 4 ? "ip" : "ip6", table, chain };
}

/**
 * Whether the kernel has all of the wanted rules. No more is asked and read than it takes to be sure that they are
 * there: not how many others lead to the chain, nor what is behind the last wanted rule.
 *
 * @returns false also where some are not understood.
 * @throws Unclear where that cannot be found out.
 */
export function hasRules(place: IptablesPlace, wanted: ChainRules<Rule>, nfTables: NfTables): boolean {
  const { family } = place.store;
  const chain = kernelChain(place);
  const rules = nfTables.rules(chain);
  if (!areAmong(rules, wanted.rules, family)) return false;
  const guessed = guessLedTo(chain, place.from, { rules, count: wanted.jumps.length }, nfTables);
  if (areAmong(guessed, wanted.jumps, family)) return true;
  return areAmong(nfTables.rulesWith(chain.chain, { ...chain, chain: place.from }), wanted.jumps, family);
}

/** Whether the wanted rules are among some of the kernel. A rule is read when it is first compared. */
function areAmong(found: readonly KernelRule[], wanted: readonly Rule[], family: 4 | 6): boolean {
  const read: (Rule | undefined)[] = [];
  return wanted.every((each) =>
    found.some((rule, index) => {
      const told = index < read.length ? read[index] : asIptables(rule, family);
      read[index] = told;
      return told !== undefined && equalRule(told, each);
    }),
  );
}

/**
 * All rules of a chain that the kernel has.
 *
 * @returns undefined where there is no such chain.
 * @throws Unclear where one of them is not understood, or that cannot be found out.
 */
export function allRules(place: IptablesPlace, nfTables: NfTables): ChainRules<NumberedRule> | undefined {
  const { family } = place.store;
  const told = (rule: KernelRule): NumberedRule => {
    const { handle } = rule;
    const words = asIptables(rule, family);
    if (words === undefined) throw new Unclear(`rule ${handle} is not one that is made here`);
    return { ...words, handle };
  };
  const found = readLedTo(kernelChain(place), place.from, nfTables);
  return (
    found && {
      rules: found.rules.map(told),
      jumps: found.naming.map(told).filter(({ jump }) => jump === place.chain),
    }
  );
}
