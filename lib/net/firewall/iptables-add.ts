import { describe } from "../../cni/error.ts";
import { equalAddress } from "../../ip/address.ts";
import { type Prefix, parsePrefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import type { Masquerade } from "./firewall.ts";
import {
  type AddressFamily,
  listChain,
  ofFamily,
  reasonOf,
  restore,
  startRestore,
} from "./iptables-command.ts";
import { type PrintedRule, parseRules, type Rule, renderRule } from "./iptables-rule.ts";
import { chainName, markComment, markedInterface, ruleComment } from "./marks.ts";

/** Rules of one family that are being added. */
export interface Addition {
  readonly family: AddressFamily;
  readonly masquerade: Masquerade;
  /** The command that adds them; undefined where it could not be started. */
  readonly running: Running | undefined;
  /** Why not. */
  readonly failure: string | undefined;
}

/** What adding rules of one family came to. */
export interface AdditionOutcome {
  readonly effect: "changed" | "found" | "unknown";
  /** The addresses that rules were added for, or may have been. */
  readonly added: readonly Prefix[];
  readonly failure: string | undefined;
}

/** How often to start over when the chain comes and goes meanwhile, with another interface of the container. */
const tries = 5;

/**
 * Begins to add the rules, as for a container that has none yet: `-N` fails, and with it the whole change, when the
 * container's chain is there. (`:CHAIN -` would succeed, and empty it.)
 */
export function startAddition(family: AddressFamily, masquerade: Masquerade): Addition {
  try {
    const running = startRestore(family, freshLines(family, masquerade));
    return { family, masquerade, running, failure: undefined };
  } catch (error) {
    return { family, masquerade, running: undefined, failure: describe(error) };
  }
}

/** Waits until the rules are there, or are known not to be; whatever fails is in the outcome. */
export function finishAddition({ family, masquerade, running, failure }: Addition): AdditionOutcome {
  if (running === undefined) return { effect: "found", added: [], failure };
  const addresses = ofFamily(family, masquerade.addresses);
  try {
    return finish(family, masquerade, addresses, running);
  } catch (error) {
    return { effect: "unknown", added: addresses, failure: describe(error) };
  }
}

function finish(
  family: AddressFamily,
  masquerade: Masquerade,
  addresses: readonly Prefix[],
  running: Running,
): AdditionOutcome {
  let outcome = running.wait();
  for (let attempt = 1; ; attempt++) {
    if (outcome.status === 0) return { effect: "changed", added: addresses, failure: undefined };
    if (outcome.late) return { effect: "unknown", added: addresses, failure: reasonOf(outcome) };
    const chain = listChain(family, chainName(masquerade.attachment));
    const change = chain === undefined ? undefined : missingLines(family, masquerade, chain);
    if (change !== undefined) {
      if (change.lines.length === 0) return { effect: "found", added: [], failure: undefined };
      outcome = restore(family, change.lines);
      if (outcome.status === 0) return { effect: "changed", added: change.added, failure: undefined };
    } else if (attempt > 1) {
      // Twice without a chain in the way: it is not the chain that makes it fail.
      return { effect: "found", added: [], failure: reasonOf(outcome) };
    }
    if (attempt === tries) return { effect: "found", added: [], failure: reasonOf(outcome) };
    outcome = restore(family, freshLines(family, masquerade));
  }
}

/** The commands for a container that has no chain yet. */
function freshLines(family: AddressFamily, masquerade: Masquerade): string[] {
  const chain = chainName(masquerade.attachment);
  const addresses = ofFamily(family, masquerade.addresses);
  return [
    `-N ${chain}`,
    ...distinct(addresses.map((address) => `-A ${chain} ${renderRule(acceptRule(masquerade, address))}`)),
    `-A ${chain} ${renderRule(masqueradeRule(family, masquerade))}`,
    ...addresses.map((address) => `-A ${chain} ${renderRule(markRule(masquerade, address))}`),
    ...addresses.map((address) => `-A POSTROUTING ${renderRule(jumpRule(masquerade, address))}`),
  ];
}

/** The commands for a container whose chain is there, for another interface or from an earlier start. */
function missingLines(
  family: AddressFamily,
  masquerade: Masquerade,
  chainOutput: string,
): { lines: string[]; added: Prefix[] } {
  const { attachment } = masquerade;
  const chain = chainName(attachment);
  const rules = parseRules(chain, chainOutput);
  const jumps = parseRules("POSTROUTING", listChain(family, "POSTROUTING") ?? "").filter(
    ({ jump }) => jump === chain,
  );
  const wanted = ofFamily(family, masquerade.addresses);
  const isWanted = ({ source }: PrintedRule) =>
    source !== undefined && wanted.some(({ address }) => equalAddress(address, source));
  // What an earlier start left: marks of this interface at other addresses, and the jumps that belong to them.
  const stale = rules.filter(
    (rule) => markedInterface(rule.comment) === attachment.interface && !isWanted(rule),
  );
  const staleJumps = jumps.filter(({ source }) =>
    stale.some(
      (rule) => source !== undefined && rule.source !== undefined && equalAddress(rule.source, source),
    ),
  );
  const lacks = (rule: Rule) => !rules.some(({ text }) => text === renderRule(rule));
  const added = wanted.filter(
    ({ address }) => !jumps.some(({ source }) => source && equalAddress(source, address)),
  );
  return {
    added,
    lines: [
      ...staleJumps.map(({ text }) => `-D POSTROUTING ${text}`),
      ...stale.map(({ text }) => `-D ${chain} ${text}`),
      // In front: what is not for the subnet is masqueraded by the rule that is there already.
      ...distinct(
        wanted
          .map((address) => acceptRule(masquerade, address))
          .filter(lacks)
          .map((rule) => `-I ${chain} ${renderRule(rule)}`),
      ),
      ...[masqueradeRule(family, masquerade), ...wanted.map((address) => markRule(masquerade, address))]
        .filter(lacks)
        .map((rule) => `-A ${chain} ${renderRule(rule)}`),
      ...added.map((address) => `-A POSTROUTING ${renderRule(jumpRule(masquerade, address))}`),
    ],
  };
}

/** Traffic to the container's own subnet keeps its source. */
function acceptRule({ attachment }: Masquerade, address: Prefix): Rule {
  return { destination: address, comment: ruleComment(attachment), jump: "ACCEPT" };
}

/** All other traffic but multicast gets the host's. */
function masqueradeRule(family: AddressFamily, { attachment }: Masquerade): Rule {
  return {
    notDestination: parsePrefix(family === 4 ? "224.0.0.0/4" : "ff00::/8"),
    comment: ruleComment(attachment),
    jump: "MASQUERADE",
  };
}

function markRule({ attachment }: Masquerade, { address }: Prefix): Rule {
  return { source: address, comment: markComment(attachment.interface) };
}

function jumpRule({ attachment }: Masquerade, { address }: Prefix): Rule {
  return { source: address, comment: ruleComment(attachment), jump: chainName(attachment) };
}

function distinct(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
