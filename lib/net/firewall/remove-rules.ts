import { system } from "#system";
import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { PendingRemoval, Search } from "./firewall.ts";
import { startGuardSearch } from "./guard-remove.ts";
import { beginIptablesRemoval, startIptablesSearch } from "./iptables-remove.ts";
import { families, ofFamily, type Store, storeNamed, storesWithRules } from "./iptables-store.ts";
import { attempt, finishAll } from "./later.ts";
import { nftPrefix } from "./marks.ts";
import { isNftInstalled } from "./nft-command.ts";
import { startNftSearch } from "./nftables-remove.ts";
import type { RuleKind } from "./rule-kind.ts";

/**
 * Begins to remove every rule of an attachment, also what the Go plugin made.
 *
 * @param known Addresses that it is known to have had; rules of others are found by their marks.
 * @param kinds Where its rules are, as was recorded when they were added: the removal begins at once, and nothing else
 *   is looked at; where it is empty, no command is started at all. When absent, nobody knows: it is looked everywhere,
 *   and what is found is removed when the caller has done the rest of its work.
 */
export function removeRules(
  attachment: Attachment,
  known: readonly Prefix[],
  kinds: readonly RuleKind[] | undefined,
): PendingRemoval {
  // Each step is taken everywhere before the next one: the commands run side by side.
  const places = attempt(() =>
    kinds === undefined
      ? everywhere(attachment, known)
      : kinds.flatMap((kind) => recorded(kind, attachment, known)),
  );
  const searches = attempt(() => places().map(attempt));
  const begin = () => searches().map((search) => attempt(() => search().begin()));
  const begun = kinds === undefined ? begin : attempt(begin);
  return {
    finish: () => {
      const removals = begun();
      finishAll(
        "failed to remove rules",
        removals.map((removal) => () => removal().finish()),
      );
    },
  };
}

type Place = () => Search;

function recorded(kind: RuleKind, attachment: Attachment, known: readonly Prefix[]): Place[] {
  if (kind === "nftables" || kind === "guard") {
    if (!isNftInstalled()) return notInstalled("nft");
    return kind === "guard" ? [guards(attachment, true)] : [nft(attachment, true)];
  }
  const store = storeNamed(kind);
  return store === undefined ? notInstalled(kind) : [iptables(store, attachment, known, true)];
}

function everywhere(attachment: Attachment, known: readonly Prefix[]): Place[] {
  const stores = families.map((family) => ({ family, found: storesWithRules(family) }));
  return [
    ...stores.flatMap(({ family, found }) =>
      // Without a command, rules of a network whose addresses are known may stay, and somebody should know.
      found.length === 0 && family === 4 && ofFamily(family, known).length > 0 && !isNftInstalled()
        ? notInstalled("iptables")
        : found.map((store) => iptables(store, attachment, known, false)),
    ),
    ...(isNftInstalled() ? [nft(attachment, false), guards(attachment, false)] : []),
  ];
}

function iptables(store: Store, attachment: Attachment, known: readonly Prefix[], sure: boolean): Place {
  return () => {
    const search = startIptablesSearch(store, attachment, known, { marked: true });
    return { begin: () => beginIptablesRemoval(search, { sure }) };
  };
}

function nft(attachment: Attachment, sure: boolean): Place {
  const prefix = nftPrefix(attachment);
  return () => startNftSearch({ prefix }, { sure });
}

function guards(attachment: Attachment, sure: boolean): Place {
  return () => startGuardSearch(attachment, { sure });
}

function notInstalled(command: string): Place[] {
  system.writeStandardError(`${command} is not installed: rules that it has made before, if any, stay\n`);
  return [];
}
