import { CniError, Code } from "../../cni/error.ts";
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
import { type AddressFamily, familiesOf, isInstalled } from "./iptables-command.ts";
import { finishRemoval, startRemoval } from "./iptables-remove.ts";

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

  remove(attachment: Attachment, known: readonly Prefix[]): PendingRemoval {
    // Without an address to go by, there may be rules of either family.
    const families: AddressFamily[] = known.length === 0 ? [4, 6] : familiesOf(known);
    const removals = families
      .filter(isInstalled)
      .map((family) => startRemoval(family, attachment, known, { marked: true }));
    return { finish: () => finishAll(removals.map((removal) => () => finishRemoval(removal))) };
  },

  takeBack({ attachment, addresses }: MasqueradeReceipt): void {
    const removals = familiesOf(addresses).map((family) =>
      startRemoval(family, attachment, addresses, { marked: false }),
    );
    finishAll(removals.map((removal) => () => finishRemoval(removal)));
  },
};

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
function finishAll(steps: readonly (() => string | undefined)[]): void {
  const problems = steps.map((step) => step()).filter((problem) => problem !== undefined);
  if (problems.length > 0) {
    throw new CniError(Code.firewallFailed, `failed to remove masquerade rules: ${problems.join("; ")}`);
  }
}
