import { CniError, Code } from "../../cni/error.ts";
import type { ContainerId, NetworkName, ValidAttachment } from "../../cni/request.ts";
import { equalAddress } from "../../ip/address.ts";
import { reasonOf } from "./command.ts";
import { listChain, restore } from "./iptables-command.ts";
import { jumpsIn, listByNft, printedJump } from "./iptables-jumps.ts";
import { listLeniently } from "./iptables-lenient.ts";
import { type PrintedRule, parseRules } from "./iptables-rule.ts";
import type { Store } from "./iptables-store.ts";
import { chainName, isChainName, markedInterface, ruleComment } from "./marks.ts";

/** How often to start over when somebody else's removal comes in between. */
const tries = 5;

/** The rules of a container on a network, as they are. */
interface ContainerRules {
  readonly chain: string;
  readonly rules: readonly PrintedRule[];
  readonly jumps: readonly PrintedRule[];
}

/**
 * Removes the rules of a network's attachments that are not valid from one store: whole chains, or where another
 * interface of the container is valid, what is marked as the ones that are not.
 *
 * @throws CniError 101 where the rules cannot be listed or removed.
 */
export function collectFromStore(
  store: Store,
  network: NetworkName,
  valid: readonly ValidAttachment[],
): void {
  for (let attempt = 1; ; attempt++) {
    const lines = readContainers(store).flatMap((rules) => staleLines(rules, network, valid));
    if (lines.length === 0) return;
    const outcome = restore(store, { nat: lines });
    if (outcome.status === 0) return;
    if (attempt < tries && !outcome.late) continue;
    throw new CniError(Code.firewallFailed, `${store.command} failed: ${reasonOf(outcome)}`);
  }
}

/** The commands that remove what is not valid of a container's rules; none for one of another network. */
function staleLines(
  { chain, rules, jumps }: ContainerRules,
  network: NetworkName,
  valid: readonly ValidAttachment[],
): string[] {
  const container = rules.concat(jumps).flatMap((rule) => containerOf(rule, network) ?? [])[0];
  if (container === undefined || chain !== chainName({ network, container })) return [];
  const names = valid.filter((each) => each.container === container).map((each) => each.interface as string);
  if (names.length === 0) {
    return [...jumps.map(({ text }) => `-D POSTROUTING ${text}`), `-F ${chain}`, `-X ${chain}`];
  }
  const marks = rules.filter(({ comment }) => markedInterface(comment) !== undefined);
  const isValid = ({ comment }: PrintedRule) => names.includes(markedInterface(comment) ?? "");
  const stale = marks.filter((mark) => !isValid(mark));
  const isStale = (jump: PrintedRule) => isMarked(jump, stale) && !isMarked(jump, marks.filter(isValid));
  return [
    ...jumps.filter(isStale).map(({ text }) => `-D POSTROUTING ${text}`),
    ...stale.map(({ text }) => `-D ${chain} ${text}`),
  ];
}

function isMarked({ source }: PrintedRule, marks: readonly PrintedRule[]): boolean {
  return marks.some((mark) => source && mark.source && equalAddress(mark.source, source));
}

/** The container whose rule it is; undefined for rules of other networks, and for those that are no container's. */
function containerOf({ comment }: PrintedRule, network: NetworkName): ContainerId | undefined {
  const container = /^name: ".*" id: "(.*)"$/.exec(comment)?.[1] as ContainerId | undefined;
  return container !== undefined && comment === ruleComment({ network, container }) ? container : undefined;
}

function readContainers(store: Store): ContainerRules[] {
  const output = listLeniently(store, "nat");
  if (output === undefined) return store.variant === "nft" ? readContainersByNft(store) : [];
  const lines = grouped(output.split("\n"), (line) => /^-A (\S+) /.exec(line)?.[1] ?? "");
  const rulesOf = (chain: string) => parseRules(chain, lines.get(chain)?.join("\n") ?? "");
  const jumps = grouped(rulesOf("POSTROUTING"), ({ jump }) => jump ?? "");
  return [...lines.keys()]
    .filter(isChainName)
    .map((chain) => ({ chain, rules: rulesOf(chain), jumps: jumps.get(chain) ?? [] }));
}

/**
 * Does the same where iptables lists no table as a whole, since somebody put a rule there by nft: nft tells the chains
 * and the jumps, iptables the comments.
 */
function readContainersByNft(store: Store): ContainerRules[] {
  const output = listByNft(store, "table");
  const jumps = jumpsIn(output);
  const chains = [...output.matchAll(/^\tchain (\S+) \{/gm)].flatMap(([, chain]) => chain ?? []);
  return chains.filter(isChainName).map((chain) => {
    const rules = parseRules(chain, listChain(store, "nat", chain) ?? "");
    const comment = rules.find((rule) => markedInterface(rule.comment) === undefined)?.comment ?? "";
    const own = jumps.filter((jump) => jump.chain === chain);
    return { chain, rules, jumps: own.flatMap(({ source }) => printedJump(source, chain, comment)) };
  });
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
