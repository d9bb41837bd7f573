import { describe } from "../cni/error.ts";
import { takeBackGuard } from "./firewall/guard-remove.ts";
import type { CreatePort, DeleteAddress } from "./link-operation.ts";
import { operationFailed } from "./operation-error.ts";
import { isOwnPort } from "./port.ts";
import type { Receipt } from "./receipt.ts";
import type { Tools } from "./tools.ts";

/**
 * Undoes what receipts say that a call made, last first: the port, with which the container's addresses and routes
 * go, the rules, and addresses that it took from a bridge. What others share (bridge, gateway address, forwarding,
 * rules of the network) stays.
 *
 * @returns what could not be undone, in words; empty when all was.
 */
export function undo(receipts: readonly Receipt[], tools: Tools): string[] {
  const problems: string[] = [];
  for (const receipt of receipts.toReversed()) {
    if (receipt.effect === "found") continue;
    try {
      undoOne(receipt, tools);
    } catch (error) {
      problems.push(describe(error));
    }
  }
  return problems;
}

function undoOne({ operation, masquerade }: Receipt, tools: Tools): void {
  if (operation.do === "create port") deletePort(operation, tools);
  if (operation.do === "delete address") giveBack(operation, tools);
  if (operation.do === "masquerade" && masquerade !== undefined) tools.firewall.takeBack(masquerade);
  if (operation.do === "guard port") takeBackGuard(operation.guard);
}

function giveBack({ where, link, address }: DeleteAddress, { links }: Tools): void {
  const operation = { do: "add address", where, link, address, detectDuplicates: false } as const;
  const { failure } = links.run([operation]);
  if (failure !== undefined) throw operationFailed(operation, failure.reason);
}

/** Deletes the very port that this call made: one of another call has the same name, but not the same MAC. */
function deletePort(created: CreatePort, { links }: Tools): void {
  const { name, mac } = created;
  const port = links.readLink("host", name);
  if (port === undefined || port.mac !== mac || !isOwnPort(port, created)) return;
  const operation = { do: "delete link", where: "host", name } as const;
  const { failure } = links.run([operation]);
  if (failure === undefined || links.readLink("host", name)?.mac !== mac) return;
  throw operationFailed(operation, failure.reason);
}
