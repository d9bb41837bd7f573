import { CniError, Code } from "../../cni/error.ts";
import type { Attachment } from "../../cni/request.ts";
import type { Address } from "../../ip/address.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import { reasonOf } from "./command.ts";
import type { PendingRemoval } from "./firewall.ts";
import {
  finishListing,
  type Listing,
  listChain,
  restore,
  startListing,
  startRestore,
} from "./iptables-command.ts";
import { listJumps } from "./iptables-jumps.ts";
import { isAt, isMark, type Leaver, leavingAddresses, leavingRules } from "./iptables-leaving.ts";
import { finishListingLeniently } from "./iptables-lenient.ts";
import { type PrintedRule, parseRules, renderRule } from "./iptables-rule.ts";
import { ofFamily, type Store } from "./iptables-store.ts";
import { chainName, ruleComment } from "./marks.ts";

/** A look for the rules of an interface in one store. */
export interface IptablesSearch extends Leaver {
  readonly store: Store;
  readonly listing: Listing;
}

/** What is to be removed, of which it was found out. */
interface Finding extends IptablesSearch {
  /** The addresses of the interface that goes. */
  readonly addresses: readonly Address[];
}

/**
 * Starts to look for the rules of an interface.
 *
 * @param known Addresses that the interface is known to have.
 * @param options.marked Also remove those addresses that the chain marks as the interface's.
 * @throws CniError 101 where the command cannot be started.
 */
export function startIptablesSearch(
  store: Store,
  attachment: Attachment,
  known: readonly Prefix[],
  { marked }: { readonly marked: boolean },
): IptablesSearch {
  const addresses = ofFamily(store.family, known).map(({ address }) => address);
  const listing = startListing(store, "nat", chainName(attachment));
  return { store, attachment, known: addresses, marked, listing };
}

/**
 * Begins to remove what is found: the interface's jumps and marks, and with its last user the container's chain.
 *
 * @param options.sure There are rules: it is a failure when they cannot be read.
 * @throws CniError 101 where the chain cannot be listed, or the command not started.
 */
export function beginIptablesRemoval(
  search: IptablesSearch,
  { sure }: { readonly sure: boolean },
): PendingRemoval {
  const { attachment, known, listing, store } = search;
  const output = sure
    ? finishListing(listing)
    : finishListingLeniently(listing, { likely: known.length > 0 });
  if (output === undefined) return { finish: () => {} };
  const rules = parseRules(chainName(attachment), output);
  const finding = { ...search, addresses: leavingAddresses(search, rules) };
  const lines = finding.addresses.length > 0 ? expectedLines(finding, rules) : actualLines(finding, rules);
  if (lines.length === 0) return { finish: () => {} };
  const running = startRestore(store, { nat: lines });
  return { finish: () => finish(finding, running) };
}

function finish(finding: Finding, running: Running): void {
  if (running.wait().status === 0) return;
  const { store, attachment } = finding;
  const chain = chainName(attachment);
  const output = listChain(store, "nat", chain);
  if (output === undefined) return;
  const lines = actualLines(finding, parseRules(chain, output));
  if (lines.length === 0) return;
  const outcome = restore(store, { nat: lines });
  if (outcome.status === 0) return;
  throw new CniError(
    Code.firewallFailed,
    `${store.command} failed to remove the rules of chain ${chain}: ${reasonOf(outcome)}`,
  );
}

/** The commands that remove what there should be: the jumps from the addresses, and what belongs to them. */
function expectedLines({ attachment, addresses }: Finding, rules: readonly PrintedRule[]): string[] {
  const chain = chainName(attachment);
  const comment = ruleComment(attachment);
  const marks = rules.filter(isMark);
  const leaving = marks.filter((rule) => isAt(rule, addresses));
  return [
    ...addresses.map((source) => `-D POSTROUTING ${renderRule({ source, comment, jump: chain })}`),
    // The chain goes, unless other interfaces of the container are marked in it.
    ...(leaving.length === marks.length
      ? [`-F ${chain}`, `-X ${chain}`]
      : leaving.map(({ text }) => `-D ${chain} ${text}`)),
  ];
}

/** The commands that remove the rules as they are. */
function actualLines({ store, attachment, addresses }: Finding, rules: readonly PrintedRule[]): string[] {
  const chain = chainName(attachment);
  const jumps = listJumps(store, chain, ruleComment(attachment));
  const leaving = leavingRules(addresses, { rules, jumps });
  return [
    ...leaving.jumps.map(({ text }) => `-D POSTROUTING ${text}`),
    ...(leaving.marks?.map(({ text }) => `-D ${chain} ${text}`) ?? [`-F ${chain}`, `-X ${chain}`]),
  ];
}
