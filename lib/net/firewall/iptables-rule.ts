import { type Address, bitsOf, formatAddress, parseAddress } from "../../ip/address.ts";
import type { LinkName } from "../../ip/link-name.ts";
import { equalPrefix, formatPrefix, networkOf, type Prefix } from "../../ip/prefix.ts";

/** What a rule of ours can say, in the order in which iptables prints it. */
export interface Rule {
  readonly source?: Address;
  /** In place of `source`. */
  readonly sourceNetwork?: Prefix;
  readonly destination?: Prefix;
  readonly notDestination?: Prefix;
  /** The link that a packet came in by, and the one that it leaves by. */
  readonly input?: PlainLinkName;
  readonly output?: PlainLinkName;
  /** States of its connection: `RELATED,ESTABLISHED`. */
  readonly connection?: string;
  readonly comment: string;
  /** A target or a chain; none for a rule that only marks. */
  readonly jump?: string;
}

/**
 * The name of a link that means the same in a rule: a `+` at its end would stand for anything, and quotes for nothing.
 */
export type PlainLinkName = LinkName & { readonly __plain: "PlainLinkName" };

/** The name for a rule; undefined where a rule cannot say it. */
export function plainLinkName(name: LinkName): PlainLinkName | undefined {
  return /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/.test(name) ? (name as PlainLinkName) : undefined;
}

/** A rule as iptables takes and prints it, without the command and the chain. */
export function renderRule(rule: Rule): string {
  const { source, sourceNetwork, destination, notDestination, input, output, connection, jump } = rule;
  let text = "";
  if (source !== undefined) text += `-s ${formatAddress(source)}/${bitsOf(source.family)} `;
  if (sourceNetwork !== undefined) text += `-s ${formatPrefix(networkOf(sourceNetwork))} `;
  if (destination !== undefined) text += `-d ${formatPrefix(networkOf(destination))} `;
  if (notDestination !== undefined) text += `! -d ${formatPrefix(networkOf(notDestination))} `;
  if (input !== undefined) text += `-i ${input} `;
  if (output !== undefined) text += `-o ${output} `;
  if (connection !== undefined) text += `-m conntrack --ctstate ${connection} `;
  text += `-m comment --comment ${quote(rule.comment)}`;
  return jump === undefined ? text : `${text} -j ${jump}`;
}

/** Whether two rules say the same, which is when they are rendered alike. That takes longer to find out. */
export function equalRule(a: Rule, b: Rule): boolean {
  if (a.comment !== b.comment || a.jump !== b.jump || a.connection !== b.connection) return false;
  if (a.input !== b.input || a.output !== b.output) return false;
  return (
    isSameNetwork(sourceOf(a), sourceOf(b)) &&
    isSameNetwork(a.destination, b.destination) &&
    isSameNetwork(a.notDestination, b.notDestination)
  );
}

/** Where packets are from; an address is a network of its own. */
function sourceOf({ source, sourceNetwork }: Rule): Prefix | undefined {
  return source === undefined ? sourceNetwork : { address: source, length: bitsOf(source.family) };
}

function isSameNetwork(a: Prefix | undefined, b: Prefix | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && equalPrefix(networkOf(a), networkOf(b));
}

/** What tells whose a rule is. */
export type RuleTraits = Pick<Rule, "source" | "comment" | "jump">;

/** A rule that iptables printed (`-A CHAIN ...`), as far as it is known here. */
export interface PrintedRule extends RuleTraits {
  /** The line without its `-A CHAIN `, as iptables takes it back to delete the rule. */
  readonly text: string;
}

/** Reads the rules that `iptables -S CHAIN` printed; lines that are no rules of the chain are left out. */
export function parseRules(chain: string, output: string): PrintedRule[] {
  const start = `-A ${chain} `;
  return output
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => parseRule(line.slice(start.length)));
}

function parseRule(text: string): PrintedRule {
  const source = /(?:^| )-s ([0-9a-fA-F.:]+)\/(?:32|128)(?: |$)/.exec(text)?.[1];
  // iptables quotes a comment only where it has characters that need it.
  const comment = /--comment (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(text);
  return {
    text,
    source: source === undefined ? undefined : parseAddress(source),
    comment: (comment?.[1] ?? comment?.[2] ?? "").replace(/\\(.)/g, "$1"),
    jump: / -j (\S+)/.exec(` ${text.replace(/"(?:[^"\\]|\\.)*"/g, '""')}`)?.[1],
  };
}

const quoted = new Map<string, string>();

/**
 * A word of an iptables-restore line, with those characters escaped that `iptables -S` escapes. The rules of a call have
 * the same comment again and again.
 */
function quote(text: string): string {
  const word = quoted.get(text) ?? `"${text.replace(/["'\\]/g, "\\$&")}"`;
  quoted.set(text, word);
  return word;
}
