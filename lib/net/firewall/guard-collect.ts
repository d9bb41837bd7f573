import { CniError, Code } from "../../cni/error.ts";
import { isObject, type Json } from "../../cni/json.ts";
import type { NetworkName, ValidAttachment } from "../../cni/request.ts";
import { isPortName, portName } from "../identity.ts";
import { reasonOf } from "./command.ts";
import { deletions } from "./guard-remove.ts";
import { entryChain } from "./guard-rules.ts";
import { finishChainListing, listChains, startChainListing } from "./guard-table.ts";
import { guardNames } from "./marks.ts";
import { isNftInstalled, startNftJson } from "./nft-command.ts";

/** How often to start over when somebody else's removal comes in between. */
const tries = 5;

/** Attachments of a network that are known not to be valid any more. */
export interface Lost {
  readonly attachments: readonly ValidAttachment[];
  /** Whether a link is there, but is no port of the network's bridge: an attachment elsewhere is called the same. */
  isElsewhere(port: string): boolean;
}

/**
 * Removes the guards of a network's ports whose attachments are not valid. Whose a guard is, its port's name tells; one
 * that the Go plugin made, whose ports have random names, is a lost attachment's when it is called like it.
 *
 * @throws CniError 101 where they cannot be listed or removed.
 */
export function collectGuards(network: NetworkName, valid: readonly ValidAttachment[], lost: Lost): void {
  if (!isNftInstalled()) return;
  const ports = new Set<string>(valid.map((each) => portName({ ...each, network })));
  const chainsOfLost = new Set(lost.attachments.map((each) => guardNames(each).chain));
  for (let attempt = 1; ; attempt++) {
    const rules = finishChainListing(startChainListing(entryChain), { sure: false }) ?? [];
    const stale = rules.flatMap(({ handle, expr }) => {
      const { port, target } = guarded(expr);
      const isOwn = isPortName(port, network) && !ports.has(port);
      return isOwn || (chainsOfLost.has(target) && !lost.isElsewhere(port)) ? { handle, target } : [];
    });
    if (stale.length === 0) return;
    const present = new Set(listChains());
    const chains = stale
      .flatMap(({ target }) => [target, `${target}-mac`])
      .filter((name) => present.has(name));
    const handles = stale.map(({ handle }) => handle);
    const outcome = startNftJson(deletions(handles, [...new Set(chains)])).wait();
    if (outcome.status === 0) return;
    if (attempt < tries && !outcome.late) continue;
    throw new CniError(
      Code.firewallFailed,
      `failed to remove guards of network ${network}: ${reasonOf(outcome)}`,
    );
  }
}

/** The port of a rule that leads to a guard, and the guard's chain; empty where it is no such rule. */
function guarded(expr: readonly Json[]): { port: string; target: string } {
  const [match, jump] = expr.map((each) => (isObject(each) ? (each.match ?? each.jump) : undefined));
  const port = isObject(match) ? match.right : undefined;
  const target = isObject(jump) ? jump.target : undefined;
  if (typeof port !== "string" || typeof target !== "string" || !target.startsWith("cni-br-iface-")) {
    return { port: "", target: "" };
  }
  return { port, target };
}
