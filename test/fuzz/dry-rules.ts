import type { Outcome } from "../../lib/system/system.ts";

/** The tables of iptables and ip6tables in memory, and the commands as they work on them. */
export class DryRules {
  readonly #tables = new Map<string, Map<string, string[]>>();

  answer(program: string, words: readonly string[], input: string): Outcome {
    const table = /^\*(\S+)/.exec(input)?.[1] ?? words[words.indexOf("-t") + 1] ?? "filter";
    const chains = this.#chainsOf(`${program.startsWith("ip6") ? "IPv6" : "IPv4"} ${table}`);
    if (program.endsWith("-restore")) return restore(chains, input);
    const at = words.indexOf("-S");
    if (at < 0) return ending(0, "", "");
    const wanted = words[at + 1];
    if (wanted !== undefined && !chains.has(wanted)) {
      return ending(1, "", "iptables: No chain/target/match by that name.\n");
    }
    const listed = [...chains].filter(([chain]) => wanted === undefined || chain === wanted);
    return ending(0, listed.map(([chain, rules]) => listing(chain, rules)).join(""), "");
  }

  #chainsOf(table: string): Map<string, string[]> {
    const found =
      this.#tables.get(table) ?? new Map(baseChains.map((chain): [string, string[]] => [chain, []]));
    this.#tables.set(table, found);
    return found;
  }
}

/** Of whichever table. */
const baseChains = ["POSTROUTING", "FORWARD"];

function listing(chain: string, rules: readonly string[]): string {
  const head = baseChains.includes(chain) ? `-P ${chain} ACCEPT` : `-N ${chain}`;
  return [head, ...rules.map((rule) => `-A ${chain} ${rule}`), ""].join("\n");
}

/** All of the lines or none of them. */
function restore(chains: Map<string, string[]>, input: string): Outcome {
  const draft = new Map([...chains].map(([chain, rules]) => [chain, [...rules]]));
  for (const [index, line] of input.split("\n").entries()) {
    if (!apply(draft, line)) return ending(1, "", `iptables-restore: line ${index + 1} failed\n`);
  }
  chains.clear();
  for (const [chain, rules] of draft) chains.set(chain, rules);
  return ending(0, "", "");
}

function apply(chains: Map<string, string[]>, line: string): boolean {
  const [, command = "", chain = "", rule = ""] = /^(-[A-Z]) (\S+) ?(.*)$/.exec(line) ?? [];
  if (command === "") return true;
  const rules = chains.get(chain);
  if (command === "-N") return rules === undefined && chains.set(chain, []) !== undefined;
  if (rules === undefined) return false;
  switch (command) {
    case "-A":
      return rules.push(rule) > 0;
    case "-I":
      return rules.unshift(rule) > 0;
    case "-D":
      return rules.includes(rule) && rules.splice(rules.indexOf(rule), 1).length > 0;
    case "-F":
      return rules.splice(0) !== undefined;
    case "-X":
      return chains.delete(chain);
    default:
      return false;
  }
}

function ending(status: number, output: string, errors: string): Outcome {
  return { status, signal: undefined, late: false, output, errors };
}
