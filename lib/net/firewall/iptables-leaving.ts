import type { Attachment } from "../../cni/request.ts";
import { type Address, equalAddress } from "../../ip/address.ts";
import type { ChainRules } from "./iptables-kernel.ts";
import type { RuleTraits } from "./iptables-rule.ts";
import { markedInterface } from "./marks.ts";

/** An interface whose rules are to be removed from a store. */
export interface Leaver {
  readonly attachment: Attachment;
  /** Addresses of the store's family that the interface is known to have. */
  readonly known: readonly Address[];
  /** Also remove those addresses that the chain marks as the interface's. */
  readonly marked: boolean;
}

/** What goes of the rules of a container on a network. */
export interface Leaving<Rule extends RuleTraits> {
  readonly jumps: readonly Rule[];
  /** The marks that go while the chain stays, for other interfaces; undefined where the chain goes. */
  readonly marks: readonly Rule[] | undefined;
}

/** The addresses that the rules of the interface are for. */
export function leavingAddresses(
  { attachment, known, marked }: Leaver,
  rules: readonly RuleTraits[],
): Address[] {
  const marks = rules.filter(isMark);
  const isOwn = ({ comment }: RuleTraits) => markedInterface(comment) === attachment.interface;
  // An address that the chain marks as another interface's is that one's, whatever was known of it.
  const others = marks.filter((rule) => !isOwn(rule));
  const own = known.filter((address) => !others.some((rule) => isAt(rule, [address])));
  return union(own, marked ? marks.filter(isOwn).flatMap(({ source }) => source ?? []) : []);
}

/**
 * What goes of the rules as they are, not as they should be: some may be missing, or jumps be there that no mark tells of
 * (the Go plugin sets none, and leaves jumps behind when the container flushed its address).
 *
 * @param addresses Those of the interface.
 */
export function leavingRules<Rule extends RuleTraits>(
  addresses: readonly Address[],
  { rules, jumps }: ChainRules<Rule>,
): Leaving<Rule> {
  const others = rules.filter((rule) => isMark(rule) && !isAt(rule, addresses));
  const othersAddresses = others.flatMap(({ source }) => source ?? []);
  // A jump stays when it is that of another interface; when nothing tells whose jumps they are, all go. (Old versions
  // of the Go plugin made them for whole subnets.)
  const isOurs = (jump: RuleTraits) => {
    if (jump.source === undefined) return others.length === 0;
    return addresses.length === 0 ? !isAt(jump, othersAddresses) : isAt(jump, addresses);
  };
  const leaving = jumps.filter(isOurs);
  const isUsed = leaving.length < jumps.length || others.length > 0;
  const marks = rules.filter((rule) => isMark(rule) && isAt(rule, addresses));
  return { jumps: leaving, marks: isUsed ? marks : undefined };
}

/** Whether a rule marks an address as one of an interface. */
export function isMark({ comment }: RuleTraits): boolean {
  return markedInterface(comment) !== undefined;
}

/** Whether a rule is for one of the addresses. */
export function isAt({ source }: RuleTraits, addresses: readonly Address[]): boolean {
  return source !== undefined && addresses.some((address) => equalAddress(address, source));
}

function union(a: readonly Address[], b: readonly Address[]): Address[] {
  return [...a, ...b.filter((address) => !a.some((each) => equalAddress(each, address)))];
}
