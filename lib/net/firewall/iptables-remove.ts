import { CniError, Code, describe } from "../../cni/error.ts";
import type { Attachment } from "../../cni/request.ts";
import { trace } from "../../cni/trace.ts";
import { type Address, equalAddress } from "../../ip/address.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import {
  type AddressFamily,
  finishListing,
  type Listing,
  listChain,
  ofFamily,
  reasonOf,
  restore,
  startListing,
  startRestore,
} from "./iptables-command.ts";
import { type PrintedRule, parseRules, renderRule } from "./iptables-rule.ts";
import { chainName, markedInterface, ruleComment } from "./marks.ts";

/** What is to be removed of one family, and how far that has come. */
export interface Removal {
  readonly family: AddressFamily;
  readonly attachment: Attachment;
  /** Addresses that the interface is known to have. */
  readonly known: readonly Address[];
  /** Also remove those addresses that the chain marks as the interface's. */
  readonly marked: boolean;
  readonly listing: Listing;
}

/** Rules of one family that are being removed. */
export interface BegunRemoval extends Removal {
  /** The addresses of the interface that goes. */
  readonly addresses: readonly Address[];
  /** The command that removes them; undefined when there are none. */
  readonly running: Running | undefined;
}

/**
 * Starts to look for the rules of an interface.
 *
 * @param known Addresses that the interface is known to have.
 * @param options.marked Also remove those addresses that the chain marks as the interface's.
 * @throws CniError 101 where the command cannot be started.
 */
export function prepareRemoval(
  family: AddressFamily,
  attachment: Attachment,
  known: readonly Prefix[],
  { marked }: { readonly marked: boolean },
): Removal {
  const addresses = ofFamily(family, known).map(({ address }) => address);
  return {
    family,
    attachment,
    known: addresses,
    marked,
    listing: startListing(family, chainName(attachment)),
  };
}

/**
 * Begins to remove what was found: the interface's jumps and marks, and with its last user the container's chain.
 *
 * @throws CniError 101 where the chain cannot be listed, or the command not started.
 */
export function beginRemoval(removal: Removal): BegunRemoval {
  const { family, attachment, known, listing } = removal;
  const output = listed(removal);
  if (output === undefined) return { ...removal, addresses: known, running: undefined };
  const rules = parseRules(listing.chain, output);
  const marks = rules.filter(isMark);
  const isOwn = ({ comment }: PrintedRule) => markedInterface(comment) === attachment.interface;
  // An address that the chain marks as another interface's is that one's, whatever was known of it.
  const others = marks.filter((rule) => !isOwn(rule));
  const own = known.filter((address) => !others.some((rule) => isAt(rule, [address])));
  const marked = removal.marked ? marks.filter(isOwn).flatMap(({ source }) => source ?? []) : [];
  const addresses = union(own, marked);
  const comment = ruleComment(attachment);
  const lines = [
    ...addresses.map((source) => `-D POSTROUTING ${renderRule({ source, comment, jump: listing.chain })}`),
    ...chainLines(listing.chain, rules, addresses),
  ];
  return { ...removal, addresses, running: startRestore(family, lines) };
}

/** The rules of the chain. On a kernel without IPv6, and where no address says that there are any, there are none. */
function listed({ family, known, listing }: Removal): string | undefined {
  try {
    return finishListing(listing);
  } catch (error) {
    if (family === 4 || known.length > 0 || !(error instanceof CniError)) throw error;
    trace(() => describe(error));
    return undefined;
  }
}

/** Waits until the rules are gone. @throws CniError 101 when some may be left */
export function finishRemoval(removal: BegunRemoval): void {
  if (removal.running === undefined || removal.running.wait().status === 0) return;
  removeWhatIsThere(removal);
}

/**
 * Removes the rules as they are, not as they should be: some are missing, or jumps are there that no mark tells of
 * (the Go plugin sets none, and leaves jumps behind when the container flushed its address).
 */
function removeWhatIsThere({ family, attachment, addresses }: BegunRemoval): void {
  const chain = chainName(attachment);
  const output = listChain(family, chain);
  if (output === undefined) return;
  const rules = parseRules(chain, output);
  const jumps = parseRules("POSTROUTING", listChain(family, "POSTROUTING") ?? "").filter(
    ({ jump }) => jump === chain,
  );
  const others = rules.filter((rule) => isMark(rule) && !isAt(rule, addresses));
  // A jump stays when it is that of another interface; when nothing tells whose jumps they are, all go.
  const isOurs = (jump: PrintedRule) =>
    addresses.length === 0
      ? !isAt(
          jump,
          others.flatMap(({ source }) => source ?? []),
        )
      : isAt(jump, addresses);
  const left = jumps.filter((jump) => !isOurs(jump));
  const lines = [
    ...jumps.filter(isOurs).map(({ text }) => `-D POSTROUTING ${text}`),
    ...(left.length === 0
      ? [`-F ${chain}`, `-X ${chain}`]
      : rules
          .filter((rule) => isMark(rule) && isAt(rule, addresses))
          .map(({ text }) => `-D ${chain} ${text}`)),
  ];
  if (lines.length === 0) return;
  const outcome = restore(family, lines);
  if (outcome.status === 0) return;
  throw new CniError(
    Code.firewallFailed,
    `failed to remove the rules of chain ${chain}: ${reasonOf(outcome)}`,
  );
}

/** What becomes of the chain: it goes, unless other interfaces of the container are marked in it. */
function chainLines(chain: string, rules: readonly PrintedRule[], addresses: readonly Address[]): string[] {
  const marks = rules.filter(isMark);
  const leaving = marks.filter((rule) => isAt(rule, addresses));
  if (leaving.length === marks.length) return [`-F ${chain}`, `-X ${chain}`];
  return leaving.map(({ text }) => `-D ${chain} ${text}`);
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
