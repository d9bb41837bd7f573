import { describe } from "../../cni/error.ts";
import type { JsonObject } from "../../cni/json.ts";
import type { Running } from "../../system/system.ts";
import { reasonOf } from "./command.ts";
import type { Guard, GuardOutcome, PendingGuard } from "./guard.ts";
import { entryChain, guardRules } from "./guard-rules.ts";
import { chain, entryChainWords, ruleIn, tableCommands } from "./guard-table.ts";
import { attempt } from "./later.ts";
import { guardNames } from "./marks.ts";
import { nftList, startNftJson } from "./nft-command.ts";
import { parseNftRules } from "./nftables-rule.ts";

/** How often to start over when rules come and go meanwhile. */
const tries = 3;

/**
 * Begins to put a guard in place, as for a port that has none: where its chains are there, or the table is not, nothing
 * is done at first, and all is made anew on the second try. (The kernel needs some 15 ms for any look at a chain with a
 * hook.)
 */
export function addGuard(guard: Guard): PendingGuard {
  const started = attempt(() => startNftJson(freshCommands(guard)));
  return { finish: () => finishGuard(guard, started) };
}

function finishGuard(guard: Guard, started: () => Running): GuardOutcome {
  let isStarted = false;
  try {
    const running = started();
    isStarted = true;
    return finish(guard, running);
  } catch (error) {
    return { effect: isStarted ? "unknown" : "found", failure: describe(error) };
  }
}

function finish(guard: Guard, running: Running): GuardOutcome {
  let outcome = running.wait();
  for (let attempt = 1; ; attempt++) {
    if (outcome.status === 0) return { effect: "changed", failure: undefined };
    if (outcome.late) return { effect: "unknown", failure: reasonOf(outcome) };
    if (attempt === tries) return { effect: "found", failure: reasonOf(outcome) };
    outcome = startNftJson(replacingCommands(guard)).wait();
  }
}

/** The commands for a port without a guard, in a table that is there. */
function freshCommands(guard: Guard): JsonObject[] {
  const { chain: name, macChain } = guardNames(guard.attachment);
  return [{ create: { chain: chain(name) } }, { create: { chain: chain(macChain) } }, ...ruleCommands(guard)];
}

/** The commands that make all of it, in place of what there may be. */
export function replacingCommands(guard: Guard): JsonObject[] {
  const { chain: name, macChain, comment } = guardNames(guard.attachment);
  const listed = parseNftRules(nftList(`chain ${entryChainWords}`) ?? "");
  const own = listed.filter((rule) => rule.comment === comment);
  return [
    ...tableCommands,
    ...[name, macChain].map((each) => ({ add: { chain: chain(each) } })),
    ...[name, macChain].map((each) => ({ flush: { chain: chain(each) } })),
    ...own.map(({ handle }) => ({ delete: { rule: ruleIn(entryChain, { handle }) } })),
    ...ruleCommands(guard),
  ];
}

function ruleCommands(guard: Guard): JsonObject[] {
  return guardRules(guard).map(({ chain: name, expr, comment }) => ({
    add: { rule: ruleIn(name, { expr, comment }) },
  }));
}
