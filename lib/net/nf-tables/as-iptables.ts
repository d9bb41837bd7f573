import { bitsOf } from "../../ip/address.ts";
import { parseLinkName } from "../../ip/link-name.ts";
import { type PrintedRule, plainLinkName, type Rule, renderRule } from "../firewall/iptables-rule.ts";
import { connectionStates } from "./connection-states.ts";
import { Meta } from "./constants.ts";
import { packetAddress } from "./packet-address.ts";
import type { KernelRule } from "./rule.ts";
import type { Extension, FieldMatch, Match, MetaMatch, Statement } from "./statement.ts";
import type { Verdict } from "./verdict.ts";
import { textBeforeZero, zeroEnded } from "./zero-ended.ts";

/**
 * A rule that iptables has made, as iptables prints it: word for word, so far as it is one that can be told here.
 *
 * @param family That of the store that it is in.
 * @returns undefined for a rule that says anything else than {@linkcode Rule} can, or has no comment.
 */
export function asIptables({ statement }: KernelRule, family: 4 | 6): PrintedRule | undefined {
  const rule = statement && ruleOf(statement, family);
  if (rule === undefined) return undefined;
  const { source, comment, jump } = rule;
  return { text: renderRule(rule), source, comment, jump };
}

function ruleOf({ matches, verdict }: Statement, family: 4 | 6): Rule | undefined {
  const jump = verdict && jumpTo(verdict);
  if (verdict !== undefined && jump === undefined) return undefined;
  let said: Partial<Rule> = { jump };
  for (const match of matches) {
    const part = partOf(match, family);
    // Something that is said twice is more than one of them says.
    if (part === undefined || Object.keys(part).some((key) => key in said)) return undefined;
    said = { ...said, ...part };
  }
  const { comment } = said;
  return comment === undefined ? undefined : { ...said, comment };
}

/** What iptables jumps to; undefined for what it calls a goto. */
function jumpTo(verdict: Verdict): string | undefined {
  if (typeof verdict === "string") return verdict.toUpperCase();
  return "jump" in verdict ? verdict.jump : undefined;
}

function partOf(match: Match, family: 4 | 6): Partial<Rule> | undefined {
  switch (match.kind) {
    case "field":
      return partOfField(match, family);
    case "meta":
      return partOfMeta(match);
    case "extension":
      return partOfExtension(match);
  }
}

function partOfField(match: FieldMatch, family: 4 | 6): Partial<Rule> | undefined {
  const { side, network } = packetAddress(match, family) ?? {};
  if (network === undefined) return undefined;
  if (side === "destination") return match.negated ? { notDestination: network } : { destination: network };
  if (match.negated) return undefined;
  return network.length === bitsOf(family) ? { source: network.address } : { sourceNetwork: network };
}

function partOfMeta({ key, negated, value }: MetaMatch): Partial<Rule> | undefined {
  // Without the zero at its end, a name stands for all that begin so.
  const name = plainLinkNameIn(zeroEnded(value));
  if (negated || name === undefined) return undefined;
  if (key === Meta.input) return { input: name };
  return key === Meta.output ? { output: name } : undefined;
}

function plainLinkNameIn(text: string | undefined): Rule["input"] {
  const name = text === undefined ? undefined : parseLinkName(text);
  return name && plainLinkName(name);
}

function partOfExtension({ name, revision, info }: Extension): Partial<Rule> | undefined {
  if (name === "comment" && revision === 0) return { comment: textBeforeZero(info) };
  if (name !== "conntrack" || revision !== 3) return undefined;
  const connection = connectionStates(info);
  return connection === undefined ? undefined : { connection };
}
