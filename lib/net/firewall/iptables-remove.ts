import { describe } from "../../cni/error.ts";
import type { Attachment } from "../../cni/request.ts";
import { type Address, equalAddress } from "../../ip/address.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Running } from "../../system/system.ts";
import {
  type AddressFamily,
  listChain,
  ofFamily,
  reasonOf,
  restore,
  startRestore,
} from "./iptables-command.ts";
import { type PrintedRule, parseRules, renderRule } from "./iptables-rule.ts";
import { chainName, markedInterface, ruleComment } from "./marks.ts";

/** Rules of one family that are being removed. */
export interface Removal {
  readonly family: AddressFamily;
  readonly attachment: Attachment;
  /** The addresses of the interface that goes. */
  readonly addresses: readonly Address[];
  /** The command that removes them, where one had to be started. */
  readonly running: Running | undefined;
  /** Why nothing could be started. */
  readonly failure: string | undefined;
}

/**
 * Begins to remove the rules of an interface: its jumps and marks, and with its last user the container's chain.
 *
 * @param known Addresses that the interface is known to have.
 * @param options.marked Also remove those addresses that the chain marks as the interface's.
 */
export function startRemoval(
  family: AddressFamily,
  attachment: Attachment,
  known: readonly Prefix[],
  options: { readonly marked: boolean },
): Removal {
  const given = ofFamily(family, known).map(({ address }) => address);
  const nothing = { family, attachment, addresses: given, running: undefined, failure: undefined };
  try {
    const chain = chainName(attachment);
    const output = listChain(family, chain);
    if (output === undefined) return nothing;
    const rules = parseRules(chain, output);
    const marks = rules.filter(({ comment }) => markedInterface(comment) === attachment.interface);
    const addresses = options.marked
      ? union(
          given,
          marks.flatMap(({ source }) => source ?? []),
        )
      : given;
    const lines = [
      ...addresses.map(
        (source) => `-D POSTROUTING ${renderRule({ source, comment: ruleComment(attachment), jump: chain })}`,
      ),
      ...chainLines(chain, rules, addresses),
    ];
    return { ...nothing, addresses, running: startRestore(family, lines) };
  } catch (error) {
    return { ...nothing, failure: describe(error) };
  }
}

/** Waits until the rules are gone. @returns why some may be left, undefined when none are. */
export function finishRemoval(removal: Removal): string | undefined {
  if (removal.failure !== undefined) return removal.failure;
  if (removal.running === undefined) return undefined;
  const { status } = removal.running.wait();
  return status === 0 ? undefined : removeWhatIsThere(removal);
}

/**
 * Removes the rules as they are, not as they should be: some are missing, or jumps are there that no mark tells of
 * (the Go plugin sets none, and leaves jumps behind when the container flushed its address).
 */
function removeWhatIsThere({ family, attachment, addresses }: Removal): string | undefined {
  try {
    const chain = chainName(attachment);
    const output = listChain(family, chain);
    if (output === undefined) return undefined;
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
    if (lines.length === 0) return undefined;
    const outcome = restore(family, lines);
    return outcome.status === 0 ? undefined : reasonOf(outcome);
  } catch (error) {
    return describe(error);
  }
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
