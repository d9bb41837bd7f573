import { system } from "#system";
import { CniError, Code, describe } from "../../cni/error.ts";
import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type {
  Firewall,
  Masquerade,
  MasqueradeOutcome,
  MasqueradeReceipt,
  PendingMasquerade,
  PendingRemoval,
} from "./firewall.ts";
import { type Addition, finishAddition, startAddition } from "./iptables-add.ts";
import { canLookSafely, familiesOf, isInstalled } from "./iptables-command.ts";
import { beginRemoval, finishRemoval, prepareRemoval } from "./iptables-remove.ts";

/**
 * Rules in the nat table, by iptables and ip6tables, whichever of their two stores the host has them use.
 *
 * The rules are those of the Go plugin, and one more that marks whose an address is; docs/formats.md.
 */
export const iptables: Firewall = {
  add(masquerade: Masquerade): PendingMasquerade {
    const additions = familiesOf(masquerade.addresses).map((family) => startAddition(family, masquerade));
    return { finish: () => outcomeOf(masquerade, additions) };
  },

  remove(
    attachment: Attachment,
    known: readonly Prefix[],
    { expected }: { expected: boolean },
  ): PendingRemoval {
    if (expected && !isInstalled(4)) {
      system.writeStandardError("iptables is not installed: rules that it has made before, if any, stay\n");
    }
    // Each step is taken for both families before the next one: the commands run side by side.
    const prepared = ([4, 6] as const)
      .filter((family) => (familiesOf(known).includes(family) ? isInstalled(family) : canLookSafely(family)))
      .map((family) => attempt(() => prepareRemoval(family, attachment, known, { marked: true })));
    const begin = () => prepared.map((removal) => attempt(() => beginRemoval(removal())));
    const begun = expected ? begin() : undefined;
    return { finish: () => finishAll((begun ?? begin()).map((removal) => () => finishRemoval(removal()))) };
  },

  takeBack({ attachment, addresses }: MasqueradeReceipt): void {
    const begun = familiesOf(addresses).map((family) =>
      attempt(() => beginRemoval(prepareRemoval(family, attachment, addresses, { marked: false }))),
    );
    finishAll(begun.map((removal) => () => finishRemoval(removal())));
  },
};

/** Does something now; what it came to, also when that is an error, is for later. */
function attempt<T>(action: () => T): () => T {
  try {
    const value = action();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function outcomeOf({ attachment }: Masquerade, additions: readonly Addition[]): MasqueradeOutcome {
  const outcomes = additions.map(finishAddition);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  return {
    effect: outcomes.some(({ effect }) => effect === "unknown")
      ? "unknown"
      : outcomes.some(({ effect }) => effect === "changed")
        ? "changed"
        : "found",
    receipt: { attachment, addresses: outcomes.flatMap(({ added }) => added) },
    failure: failures.length === 0 ? undefined : failures.join("; "),
  };
}

/** Takes every step, whether others fail or not. @throws CniError 101 with all that failed */
function finishAll(steps: readonly (() => void)[]): void {
  const problems: string[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      problems.push(describe(error));
    }
  }
  if (problems.length > 0) {
    throw new CniError(Code.firewallFailed, `failed to remove masquerade rules: ${problems.join("; ")}`);
  }
}
