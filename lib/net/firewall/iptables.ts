import type { Prefix } from "../../ip/prefix.ts";
import { openNfTables } from "../nf-tables/nf-tables.ts";
import type {
  Firewall,
  Masquerade,
  MasqueradeOutcome,
  MasqueradeReceipt,
  PendingMasquerade,
} from "./firewall.ts";
import { type Addition, finishAddition, startAddition } from "./iptables-add.ts";
import { collectFromStore } from "./iptables-collect.ts";
import { requireStore } from "./iptables-command.ts";
import { startLooking } from "./iptables-missing.ts";
import { beginIptablesRemoval, startIptablesSearch } from "./iptables-remove.ts";
import { type AddressFamily, families, familiesOf, storesWithRules } from "./iptables-store.ts";
import { whyStoreUnusable } from "./iptables-unusable.ts";
import { attempt, finishAll } from "./later.ts";

/**
 * Rules in the nat table, by iptables and ip6tables, whichever of their two stores the host has them use.
 *
 * The rules are those of the Go plugin, and one more that marks whose an address is; docs/formats.md.
 */
export const iptables: Firewall = {
  name: "iptables",

  add(masquerade: Masquerade): PendingMasquerade {
    const additions = familiesOf(masquerade.addresses).map((family) => startAddition(family, masquerade));
    return { finish: () => outcomeOf(masquerade, additions) };
  },

  takeBack({ attachment, addresses }: MasqueradeReceipt): void {
    const searches = familiesOf(addresses).map((family) =>
      attempt(() => startIptablesSearch(requireStore(family), attachment, addresses, { marked: false })),
    );
    // Each step is taken for both families before the next one: the commands run side by side.
    const removals = searches.map((search) => attempt(() => beginIptablesRemoval(search(), { sure: true })));
    finishAll(
      "failed to remove masquerade rules",
      removals.map((removal) => () => removal().finish()),
    );
  },

  missing(masquerade: Masquerade): string[] {
    const nfTables = openNfTables();
    try {
      const begun = familiesOf(masquerade.addresses).map((family) =>
        startLooking(family, masquerade, nfTables),
      );
      return begun.flatMap((finish) => finish());
    } finally {
      nfTables?.close();
    }
  },

  collect(network, valid): void {
    const stores = families.flatMap((family) => storesWithRules(family));
    finishAll(
      `failed to remove masquerade rules of network ${network}`,
      stores.map((store) => () => collectFromStore(store, network, valid)),
    );
  },

  whyUnusable(wanted: readonly AddressFamily[]): string | undefined {
    return wanted.map(whyStoreUnusable).find((reason) => reason !== undefined);
  },
};

function outcomeOf({ attachment }: Masquerade, additions: readonly Addition[]): MasqueradeOutcome {
  const outcomes = additions.map(finishAddition);
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  const addresses: Prefix[] = outcomes.flatMap(({ added }) => added);
  return {
    effect: outcomes.some(({ effect }) => effect === "unknown")
      ? "unknown"
      : outcomes.some(({ effect }) => effect === "changed")
        ? "changed"
        : "found",
    receipt: {
      attachment,
      addresses,
      kinds: outcomes.flatMap(({ store }) => store?.name ?? []),
      handles: [],
    },
    failure: failures.length === 0 ? undefined : failures.join("; "),
  };
}
