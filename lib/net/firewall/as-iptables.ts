import { bitsOf } from "../../ip/address.ts";
import { parseLinkName } from "../../ip/link-name.ts";
import { connectionStates } from "../nf-tables/connection-states.ts";
import { Meta } from "../nf-tables/constants.ts";
import { packetAddress } from "../nf-tables/packet-address.ts";
import type { KernelRule } from "../nf-tables/rule.ts";
import type { Extension, FieldMatch, Match, MetaMatch, Statement } from "../nf-tables/statement.ts";
import type { Verdict } from "../nf-tables/verdict.ts";
import { textBeforeZero, zeroEnded } from "../nf-tables/zero-ended.ts";
import { plainLinkName, type Rule } from "./iptables-rule.ts";

/**
 * A rule that iptables has made: what iptables would print of it, so far as that can be told here.
 *
 * @param family That of the store that it is in.
 * @returns undefined for a rule that says anything else than {@linkcode Rule} can, or has no comment.
 */
export function asIptables({ statement }: KernelRule, family: 4 | 6): Rule | undefined {
  return statement && ruleOf(statement, family);
}

function ruleOf({ matches, verdict }: Statement, family: 4 | 6): Rule | undefined {
  const said: Partial<Words> = {};
  if (verdict !== undefined && !say(said, "jump", jumpTo(verdict))) return undefined;
  for (const match of matches) {
    if (!sayMatch(said, match, family)) return undefined;
  }
  const { comment } = said;
  return comment === undefined ? undefined : { ...said, comment };
}

/** The words of a rule that is being read. */
type Words = { -readonly [Key in keyof Rule]: Rule[Key] };

/** Notes a word. @returns false where there is none, or one already: then the rule says more than one of them does */
function say<Key extends keyof Rule>(said: Partial<Words>, key: Key, word: Rule[Key] | undefined): boolean {
  if (word === undefined || said[key] !== undefined) return false;
  said[key] = word;
  return true;
}

/** What iptables jumps to; undefined for what it calls a goto. */
function jumpTo(verdict: Verdict): string | undefined {
  if (typeof verdict === "string") return verdict.toUpperCase();
  return "jump" in verdict ? verdict.jump : undefined;
}

function sayMatch(said: Partial<Words>, match: Match, family: 4 | 6): boolean {
  switch (match.kind) {
    case "field":
      return sayField(said, match, family);
    case "meta":
      return sayLink(said, match);
    case "extension":
      return sayExtension(said, match);
  }
}

function sayField(said: Partial<Words>, match: FieldMatch, family: 4 | 6): boolean {
  const found = packetAddress(match, family);
  if (found === undefined) return false;
  const { side, network } = found;
  if (side === "destination") return say(said, match.negated ? "notDestination" : "destination", network);
  if (match.negated || said.sourceNetwork !== undefined || said.source !== undefined) return false;
  return network.length === bitsOf(family)
    ? say(said, "source", network.address)
    : say(said, "sourceNetwork", network);
}

function sayLink(said: Partial<Words>, { key, negated, value }: MetaMatch): boolean {
  if (negated || (key !== Meta.input && key !== Meta.output)) return false;
  // Without the zero at its end, a name stands for all that begin so.
  const name = parseLinkName(zeroEnded(value) ?? "");
  return say(said, key === Meta.input ? "input" : "output", name && plainLinkName(name));
}

function sayExtension(said: Partial<Words>, { name, revision, info }: Extension): boolean {
  if (name === "comment" && revision === 0) return say(said, "comment", textBeforeZero(info));
  return name === "conntrack" && revision === 3 && say(said, "connection", connectionStates(info));
}
