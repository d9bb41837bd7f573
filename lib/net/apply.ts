import { CniError, Code } from "../cni/error.ts";
import { trace } from "../cni/trace.ts";
import { isSystemError } from "../system/error.ts";
import { addGuard } from "./firewall/guard-add.ts";
import { ensureNetworkRules } from "./firewall/network-ensure.ts";
import type { LinkOperation } from "./link-operation.ts";
import {
  type AddMasquerade,
  type AddNetworkRules,
  type GuardPort,
  isLinkOperation,
  isRuleOperation,
  type Operation,
  type WriteSysctl,
} from "./operation.ts";
import { describeOperation, operationFailed } from "./operation-error.ts";
import type { Receipt } from "./receipt.ts";
import { settle } from "./settle.ts";
import { ensureSysctl } from "./sysctl.ts";
import type { Tools } from "./tools.ts";

/**
 * Applies a plan, all of it or, when a step fails, as far as it came.
 *
 * The commands that add rules run while the links are being made. Rules that all attachments of a network share come
 * last: see {@linkcode ensureNetworkRules}.
 *
 * @param receipts Gets a receipt for every step that was done or begun, also when this throws.
 * @throws CniError 100 or 101 that names the step.
 */
export function apply(plan: readonly Operation[], tools: Tools, receipts: Receipt[]): void {
  const begun = plan.flatMap((operation) => beginRules(operation, tools) ?? []);
  const failures: unknown[] = [];
  attempt(failures, () => {
    for (const stage of stagesOf(plan)) applyStage(stage, tools, receipts);
  });
  // Also when a link failed: a command must be known to have ended before its work can be undone.
  for (const rules of begun) attempt(failures, () => finishRules(rules, receipts));
  if (failures.length > 0) throw failures[0];
  for (const operation of plan) {
    if (operation.do === "add network rules") addNetworkRules(operation, receipts);
  }
}

/** Steps that can be handed to a backend together: those on links, in one namespace; or one sysctl. */
type Stage = readonly LinkOperation[] | WriteSysctl;

function stagesOf(plan: readonly Operation[]): Stage[] {
  const stages: (LinkOperation[] | WriteSysctl)[] = [];
  for (const operation of plan) {
    if (isRuleOperation(operation)) continue;
    const last = stages.at(-1);
    if (!isLinkOperation(operation)) stages.push(operation);
    else if (Array.isArray(last) && last[0]?.where === operation.where) last.push(operation);
    else stages.push([operation]);
  }
  return stages;
}

function applyStage(stage: Stage, tools: Tools, receipts: Receipt[]): void {
  if ("do" in stage) writeSysctl(stage, tools, receipts);
  else runLinkOperations(stage, tools, receipts);
}

/** How often a leftover may stand in the way again. */
const mostRetries = 10;

/** Runs operations; one that fails because it is so already, or because of a leftover, does not stop the rest. */
function runLinkOperations(operations: readonly LinkOperation[], tools: Tools, receipts: Receipt[]): void {
  let rest = operations;
  for (let retries = 0; ; ) {
    const { done, failure } = tools.links.run(rest);
    for (const operation of rest.slice(0, done)) {
      receipts.push({ operation, effect: "changed" });
      trace(() => `${describeOperation(operation)} (${tools.links.name})`);
    }
    const failed = rest[done];
    if (failure === undefined || failed === undefined) return;
    if (failure.unknown) {
      for (const operation of rest.slice(done)) receipts.push({ operation, effect: "unknown" });
      throw operationFailed(failed, failure.reason);
    }
    const settled = settle(failed, failure.reason, tools);
    trace(() => `${describeOperation(failed)}: ${failure.reason}; ${settled}`);
    if (settled === "found") receipts.push({ operation: failed, effect: "found" });
    else if (++retries > mostRetries) throw operationFailed(failed, failure.reason);
    rest = rest.slice(settled === "found" ? done + 1 : done);
  }
}

function writeSysctl(operation: WriteSysctl, tools: Tools, receipts: Receipt[]): void {
  const netns = operation.where === "container" ? tools.netns : undefined;
  try {
    const changed = ensureSysctl(operation.key, operation.value, netns);
    receipts.push({ operation, effect: changed ? "changed" : "found" });
    trace(() => `${describeOperation(operation)}: ${changed ? "changed" : "found"}`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (!operation.bestEffort) throw operationFailed(operation, error.message);
    trace(() => `${describeOperation(operation)}: not possible, ${error.message}`);
  }
}

/** Rules that are being added for an attachment. */
interface BegunRules {
  readonly operation: AddMasquerade | GuardPort;
  /** Waits for them. */
  finish(): Omit<Receipt, "operation"> & { readonly failure: string | undefined };
}

/** Begins to add rules; undefined for any other step. */
function beginRules(operation: Operation, { firewall }: Tools): BegunRules | undefined {
  if (operation.do === "guard port") return { operation, ...addGuard(operation.guard) };
  if (operation.do !== "masquerade") return undefined;
  const pending = firewall.add(operation.masquerade);
  const finish = () => {
    const { effect, receipt, failure } = pending.finish();
    return { effect, masquerade: receipt, failure };
  };
  return { operation, finish };
}

function finishRules({ operation, finish }: BegunRules, receipts: Receipt[]): void {
  const { failure, ...receipt } = finish();
  trace(() => `${describeOperation(operation)}: ${receipt.effect}`);
  receipts.push({ operation, ...receipt });
  if (failure === undefined) return;
  throw new CniError(Code.firewallFailed, `failed to ${describeOperation(operation)}: ${failure}`);
}

function addNetworkRules(operation: AddNetworkRules, receipts: Receipt[]): void {
  const effect = ensureNetworkRules(operation.rules);
  trace(() => `${describeOperation(operation)}: ${effect}`);
  receipts.push({ operation, effect });
}

function attempt(failures: unknown[], action: () => void): void {
  try {
    action();
  } catch (error) {
    failures.push(error);
  }
}
