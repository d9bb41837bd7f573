import { describe } from "../../cni/error.ts";
import { equalAddress } from "../../ip/address.ts";
import { type Prefix, parsePrefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import { reasonOf } from "./command.ts";
import type { Masquerade } from "./firewall.ts";
import { listChain, requireStore, restore, startRestore } from "./iptables-command.ts";
import { listJumps } from "./iptables-jumps.ts";
import { type PrintedRule, parseRules, type Rule, renderRule } from "./iptables-rule.ts";
import { type AddressFamily, ofFamily, type Store } from "./iptables-store.ts";
import { chainName, markComment, markedInterface, ruleComment } from "./marks.ts";

/** Rules of one family that are being added. */
export interface Addition {
  readonly masquerade: Masquerade;
  /** Of this family. */
  readonly addresses: readonly Prefix[];
  /** The command that adds them; undefined where it could not be started. */
  readonly started: { readonly store: Store; readonly running: Running } | undefined;
  /** Why not. */
  readonly failure: string | undefined;
}

/** What adding rules of one family came to. */
export interface AdditionOutcome {
  readonly effect: "changed" | "found" | "unknown";
  /** Where rules are, or may be; undefined where there can be none. */
  readonly store: Store | undefined;
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
  const addresses = ofFamily(family, masquerade.addresses);
  try {
    const store = requireStore(family);
    const running = startRestore(store, { nat: freshLines(family, masquerade) });
    return { masquerade, addresses, started: { store, running }, failure: undefined };
  } catch (error) {
    return { masquerade, addresses, started: undefined, failure: describe(error) };
  }
}

/** Waits until the rules are there, or are known not to be; whatever fails is in the outcome. */
export function finishAddition({ masquerade, addresses, started, failure }: Addition): AdditionOutcome {
  if (started === undefined) return { effect: "found", store: undefined, added: [], failure };
  const { store, running } = started;
  try {
    return { store, ...finish(store, masquerade, addresses, running) };
  } catch (error) {
    return { effect: "unknown", store, added: addresses, failure: describe(error) };
  }
}

function finish(
  store: Store,
  masquerade: Masquerade,
  addresses: readonly Prefix[],
  running: Running,
): Omit<AdditionOutcome, "store"> {
  let outcome = running.wait();
  for (let attempt = 1; ; attempt++) {
    if (outcome.status === 0) return { effect: "changed", added: addresses, failure: undefined };
    if (outcome.late) return { effect: "unknown", added: addresses, failure: reasonOf(outcome) };
    const chain = listChain(store, "nat", chainName(masquerade.attachment));
    const change = chain === undefined ? undefined : missingLines(store, masquerade, chain);
    if (change !== undefined) {
      if (change.lines.length === 0) return { effect: "found", added: [], failure: undefined };
      outcome = restore(store, { nat: change.lines });
      if (outcome.status === 0) return { effect: "changed", added: change.added, failure: undefined };
    } else if (attempt > 1) {
      // Twice without a chain in the way: it is not the chain that makes it fail.
      return { effect: "found", added: [], failure: reasonOf(outcome) };
    }
    if (attempt === tries) return { effect: "found", added: [], failure: reasonOf(outcome) };
    outcome = restore(store, { nat: freshLines(store.family, masquerade) });
  }
}

/** The commands for a container that has no chain yet. */
export function freshLines(family: AddressFamily, masquerade: Masquerade): string[] {
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
  store: Store,
  masquerade: Masquerade,
  chainOutput: string,
): { lines: string[]; added: Prefix[] } {
  const { attachment } = masquerade;
  const chain = chainName(attachment);
  const rules = parseRules(chain, chainOutput);
  const jumps = listJumps(store, chain, ruleComment(attachment));
  const wanted = ofFamily(store.family, masquerade.addresses);
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
      ...[masqueradeRule(store.family, masquerade), ...wanted.map((address) => markRule(masquerade, address))]
        .filter(lacks)
        .map((rule) => `-A ${chain} ${renderRule(rule)}`),
      ...added.map((address) => `-A POSTROUTING ${renderRule(jumpRule(masquerade, address))}`),
    ],
  };
}

/** Traffic to the container's own subnet keeps its source. */
export function acceptRule({ attachment }: Masquerade, address: Prefix): Rule {
  return { destination: address, comment: ruleComment(attachment), jump: "ACCEPT" };
}

/** All other traffic but multicast gets the host's. */
export function masqueradeRule(family: AddressFamily, { attachment }: Masquerade): Rule {
  return { notDestination: multicast(family), comment: ruleComment(attachment), jump: "MASQUERADE" };
}

function markRule({ attachment }: Masquerade, { address }: Prefix): Rule {
  return { source: address, comment: markComment(attachment.interface) };
}

/** What is from the container goes to its chain. */
export function jumpRule({ attachment }: Masquerade, { address }: Prefix): Rule {
  return { source: address, comment: ruleComment(attachment), jump: chainName(attachment) };
}

const multicasts = { 4: parsePrefix("224.0.0.0/4"), 6: parsePrefix("ff00::/8") };

/** All multicast addresses of a family (RFC 5771, RFC 4291). */
export function multicast(family: AddressFamily): Prefix | undefined {
  return multicasts[family];
}

function distinct(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
