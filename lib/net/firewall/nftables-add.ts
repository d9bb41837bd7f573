import { describe } from "../../cni/error.ts";
import type { Running } from "../../system/system.ts";
import { listenForRules, type MadeRules } from "../nf-tables/made-rules.ts";
import { reasonOf } from "./command.ts";
import type { Masquerade, MasqueradeOutcome } from "./firewall.ts";
import { nftComment, nftPrefix } from "./marks.ts";
import { nftList, startNft } from "./nft-command.ts";
import { findNftRules, masqueradeText } from "./nftables-rule.ts";
import { hasLead } from "./nftables-state.ts";
import { checks, checksChain, kernelTable, table, tableLines } from "./nftables-table.ts";

/** Rules that are being added. */
export interface NftAddition {
  readonly masquerade: Masquerade;
  /** The command that adds them; undefined where they are there, or it could not be started. */
  readonly running: Running | undefined;
  /** What the kernel tells of rules meanwhile. */
  readonly made: MadeRules;
  /** Why it could not. */
  readonly failure: string | undefined;
}

/** How often to start over when rules come and go meanwhile. */
const tries = 3;

/**
 * Begins to add the rules. For a fresh attachment, the table is taken for granted: the kernel needs some 15 ms for any
 * look at a chain with a hook. Where there is no table, nothing is added, and it is made on the second try.
 */
export function startNftAddition(masquerade: Masquerade): NftAddition {
  const made = listenForRules();
  try {
    const lines = masquerade.isFresh ? ruleLines(masquerade) : missingLines(masquerade);
    const running = lines.length === 0 ? undefined : startNft(lines);
    return { masquerade, running, made, failure: undefined };
  } catch (error) {
    return { masquerade, running: undefined, made, failure: describe(error) };
  }
}

/** Waits until the rules are there, or are known not to be; whatever fails is in the outcome. */
export function finishNftAddition({ masquerade, running, made, failure }: NftAddition): MasqueradeOutcome {
  const { attachment, addresses } = masquerade;
  const kinds = ["nftables"] as const;
  try {
    const { effect, ...rest } = running === undefined ? found(failure) : finish(masquerade, running);
    const handles = made.handles(nftPrefix(attachment), { ...kernelTable, chain: checksChain });
    return {
      effect,
      receipt: { attachment, addresses: effect === "found" ? [] : addresses, kinds, handles },
      failure: rest.failure,
    };
  } catch (error) {
    const receipt = { attachment, addresses, kinds, handles: [] };
    return { effect: "unknown", receipt, failure: describe(error) };
  } finally {
    made.close();
  }
}

type Ending = Pick<MasqueradeOutcome, "effect" | "failure">;

function found(failure?: string): Ending {
  return { effect: "found", failure };
}

function finish(masquerade: Masquerade, running: Running): Ending {
  let outcome = running.wait();
  for (let attempt = 1; ; attempt++) {
    if (outcome.status === 0) return { effect: "changed", failure: undefined };
    if (outcome.late) return { effect: "unknown", failure: reasonOf(outcome) };
    if (attempt === tries) return found(reasonOf(outcome));
    const lines = missingLines(masquerade);
    if (lines.length === 0) return found();
    outcome = startNft(lines).wait();
  }
}

/** The lines that add the rules to a table that is there. */
function ruleLines({ attachment, addresses }: Masquerade): string[] {
  const comment = nftComment(attachment);
  return addresses.map((address) => `add rule ${checks} ${masqueradeText(address)} comment "${comment}"`);
}

/**
 * The lines that make whatever is missing, and replace what an earlier start left; none when all is as it should be.
 */
export function missingLines(masquerade: Masquerade): string[] {
  const output = nftList(`table ${table}`);
  if (output === undefined) return [...tableLines, ...ruleLines(masquerade)];
  const own = findNftRules(output, nftPrefix(masquerade.attachment), checksChain);
  const wanted = masquerade.addresses.map(masqueradeText);
  const isRight =
    own.length === wanted.length && wanted.every((text) => own.some((rule) => rule.text === text));
  return [
    ...(hasLead(output) ? [] : tableLines),
    ...(isRight
      ? []
      : [...own.map(({ handle }) => `delete rule ${checks} handle ${handle}`), ...ruleLines(masquerade)]),
  ];
}
