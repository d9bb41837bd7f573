import type { NetworkName, ValidAttachment } from "../../cni/request.ts";
import { collectGuards, type Lost } from "./guard-collect.ts";
import { iptables } from "./iptables.ts";
import { finishAll } from "./later.ts";
import { nftables } from "./nftables.ts";

/**
 * Removes the rules of a network's attachments that are not valid, wherever there may be some: of both kinds of
 * iptables, of nftables, guards of ports. Rules of other networks, and those that the attachments of the network share,
 * stay.
 *
 * @throws CniError 101 with all that failed.
 */
export function collectRules(network: NetworkName, valid: readonly ValidAttachment[], lost: Lost): void {
  finishAll("failed to remove rules", [
    () => iptables.collect(network, valid),
    () => nftables.collect(network, valid),
    () => collectGuards(network, valid, lost),
  ]);
}
