import { CniError, Code } from "../../cni/error.ts";
import type { Attachment } from "../../cni/request.ts";
import { type Address, equalAddress } from "../../ip/address.ts";
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
import { finishListingLeniently } from "./iptables-lenient.ts";
import { type PrintedRule, parseRules, renderRule } from "./iptables-rule.ts";
import { ofFamily, type Store } from "./iptables-store.ts";
import { chainName, markedInterface, ruleComment } from "./marks.ts";

/** A look for the rules of an interface in one store. */
export interface IptablesSearch {
  readonly store: Store;
  readonly attachment: Attachment;
  /** Addresses of the store's family that the interface is known to have. */
  readonly known: readonly Address[];
  /** Also remove those addresses that the chain marks as the interface's. */
  readonly marked: boolean;
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
  const chain = chainName(attachment);
  const rules = parseRules(chain, output);
  const marks = rules.filter(isMark);
  const isOwn = ({ comment }: PrintedRule) => markedInterface(comment) === attachment.interface;
  // An address that the chain marks as another interface's is that one's, whatever was known of it.
  const others = marks.filter((rule) => !isOwn(rule));
  const own = known.filter((address) => !others.some((rule) => isAt(rule, [address])));
  const marked = search.marked ? marks.filter(isOwn).flatMap(({ source }) => source ?? []) : [];
  const finding = { ...search, addresses: union(own, marked) };
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

/**
 * The commands that remove the rules as they are, not as they should be: some are missing, or jumps are there that no
 * mark tells of (the Go plugin sets none, and leaves jumps behind when the container flushed its address).
 */
function actualLines({ store, attachment, addresses }: Finding, rules: readonly PrintedRule[]): string[] {
  const chain = chainName(attachment);
  const jumps = listJumps(store, chain, ruleComment(attachment));
  const others = rules.filter((rule) => isMark(rule) && !isAt(rule, addresses));
  const othersAddresses = others.flatMap(({ source }) => source ?? []);
  // A jump stays when it is that of another interface; when nothing tells whose jumps they are, all go. (Old versions
  // of the Go plugin made them for whole subnets.)
  const isOurs = (jump: PrintedRule) => {
    if (jump.source === undefined) return others.length === 0;
    return addresses.length === 0 ? !isAt(jump, othersAddresses) : isAt(jump, addresses);
  };
  const left = jumps.filter((jump) => !isOurs(jump));
  return [
    ...jumps.filter(isOurs).map(({ text }) => `-D POSTROUTING ${text}`),
    ...(left.length === 0
      ? [`-F ${chain}`, `-X ${chain}`]
      : rules
          .filter((rule) => isMark(rule) && isAt(rule, addresses))
          .map(({ text }) => `-D ${chain} ${text}`)),
  ];
}

function isMark({ comment }: PrintedRule): boolean {
  return markedInterface(comment) !== undefined;
}

function isAt({ source }: PrintedRule, addresses: readonly Address[]): boolean {
  return source !== undefined && addresses.some((address) => equalAddress(address, source));
}

function union(a: readonly Address[], b: readonly Address[]): Address[] {
  return [...a, ...b.filter((address) => !a.some((each) => equalAddress(each, address)))];
}
