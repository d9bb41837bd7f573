import type { NfTables } from "./nf-tables.ts";
import type { KernelChain } from "./place.ts";
import type { KernelRule } from "./rule.ts";

/** A chain that other chains lead to. */
export interface LedTo {
  /** Its rules. */
  readonly rules: readonly KernelRule[];
  /** Rules of the other chain that have its name in them: those that lead to it are among them. */
  readonly naming: readonly KernelRule[];
}

/**
 * A chain, and all that leads to it from another one of the table, which the kernel's count of what leads there tells;
 * undefined where there is no such chain.
 *
 * @throws Unclear where that cannot be found out.
 */
export function readLedTo(chain: KernelChain, from: string, nfTables: NfTables): LedTo | undefined {
  const uses = nfTables.uses(chain);
  if (uses === undefined) return undefined;
  const rules = nfTables.rules(chain);
  const count = uses - rules.length;
  const guessed = guessLedTo(chain, from, { rules, count }, nfTables);
  const entry = { ...chain, chain: from };
  return { rules, naming: guessed.length === count ? guessed : nfTables.rulesWith(chain.chain, entry) };
}

/**
 * So many rules that lead to a chain, as far as they are where they mostly are: whoever made a chain has made what leads
 * there right behind it. So that has the next handles, and need not be looked for among thousands of others.
 *
 * @param rules Those of the chain.
 * @throws Unclear where that cannot be found out.
 */
export function guessLedTo(
  { chain, ...table }: KernelChain,
  from: string,
  { rules, count }: { readonly rules: readonly KernelRule[]; readonly count: number },
  nfTables: NfTables,
): KernelRule[] {
  const next = Math.max(0, ...rules.map(({ handle }) => handle)) + 1;
  const entry = { ...table, chain: from };
  const found: KernelRule[] = [];
  // One more than there are: the first ones of a table come behind the chain that they are in, which is made then. With
  // rules 6 to 8 in the chain, its only jump is 9, or 10 where POSTROUTING was made as 9.
  for (let handle = next; handle <= next + count && found.length < count; handle++) {
    const rule = nfTables.rule(entry, handle);
    if (rule !== undefined && isJumpTo(chain, rule)) found.push(rule);
  }
  return found;
}

function isJumpTo(chain: string, { statement }: KernelRule): boolean {
  const verdict = statement?.verdict;
  return typeof verdict === "object" && "jump" in verdict && verdict.jump === chain;
}
