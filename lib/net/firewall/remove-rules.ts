import { system } from "#system";
import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import { type NfTables, openNfTables, unlessUnclear } from "../nf-tables/nf-tables.ts";
import type { PendingRemoval, Search } from "./firewall.ts";
import { deleteGuard, startGuardSearch } from "./guard-remove.ts";
import { deleteFromIptables } from "./iptables-delete.ts";
import { beginIptablesRemoval, startIptablesSearch } from "./iptables-remove.ts";
import { families, ofFamily, type Store, storeNamed, storesWithRules } from "./iptables-store.ts";
import { attempt, finishAll } from "./later.ts";
import { nftPrefix } from "./marks.ts";
import { isNftInstalled } from "./nft-command.ts";
import { deleteFromNft, startNftSearch } from "./nftables-remove.ts";
import type { RuleKind } from "./rule-kind.ts";

/**
 * Begins to remove every rule of an attachment, also what the Go plugin made.
 *
 * Where the kernel can be asked itself, they are deleted at once. Otherwise commands are started.
 *
 * @param known Addresses that it is known to have had; rules of others are found by their marks.
 * @param kinds Where its rules are, as was recorded when they were added: the removal begins at once, and nothing else
 *   is looked at; where it is empty, nothing is done at all. When absent, nobody knows: it is looked everywhere, and what
 *   commands find is removed when the caller has done the rest of its work.
 */
export function removeRules(
  attachment: Attachment,
  known: readonly Prefix[],
  kinds: readonly RuleKind[] | undefined,
): PendingRemoval {
  const nfTables = kinds?.length === 0 ? undefined : openNfTables();
  const subject = { attachment, known, nfTables };
  // Each step is taken everywhere before the next one: the commands run side by side.
  const places = attempt(() =>
    kinds === undefined ? everywhere(subject) : kinds.flatMap((kind) => recorded(kind, subject)),
  );
  const searches = attempt(() => places().map(attempt));
  const begin = () => searches().map((search) => attempt(() => search().begin()));
  const begun = kinds === undefined ? begin : attempt(begin);
  return {
    finish: () => {
      try {
        const removals = begun();
        finishAll(
          "failed to remove rules",
          removals.map((removal) => () => removal().finish()),
        );
      } finally {
        nfTables?.close();
      }
    },
  };
}

/** Whose rules are removed, and how. */
interface Subject {
  readonly attachment: Attachment;
  readonly known: readonly Prefix[];
  /** Where there is none, by commands. */
  readonly nfTables: NfTables | undefined;
}

type Place = () => Search;

function recorded(kind: RuleKind, subject: Subject): Place[] {
  if (kind === "nftables" || kind === "guard") {
    if (!isNftInstalled()) return notInstalled("nft");
    return kind === "guard" ? [guards(subject, true)] : [nft(subject, true)];
  }
  const store = storeNamed(kind);
  return store === undefined ? notInstalled(kind) : [iptables(store, subject, true)];
}

function everywhere(subject: Subject): Place[] {
  const stores = families.map((family) => ({ family, found: storesWithRules(family) }));
  return [
    ...stores.flatMap(({ family, found }) =>
      // Without a command, rules of a network whose addresses are known may stay, and somebody should know.
      found.length === 0 && family === 4 && ofFamily(family, subject.known).length > 0 && !isNftInstalled()
        ? notInstalled("iptables")
        : found.map((store) => iptables(store, subject, false)),
    ),
    ...(isNftInstalled() ? [nft(subject, false), guards(subject, false)] : []),
  ];
}

function iptables(store: Store, { attachment, known, nfTables }: Subject, sure: boolean): Place {
  return deletedIn(
    store.variant === "nft" ? nfTables : undefined,
    (kernel) => deleteFromIptables(store, attachment, known, kernel),
    () => {
      const search = startIptablesSearch(store, attachment, known, { marked: true });
      return { begin: () => beginIptablesRemoval(search, { sure }) };
    },
  );
}

function nft({ attachment, nfTables }: Subject, sure: boolean): Place {
  const prefix = nftPrefix(attachment);
  return deletedIn(
    nfTables,
    (kernel) => deleteFromNft(prefix, kernel),
    () => startNftSearch({ prefix }, { sure }),
  );
}

function guards({ attachment, nfTables }: Subject, sure: boolean): Place {
  return deletedIn(
    nfTables,
    (kernel) => deleteGuard(attachment, kernel),
    () => startGuardSearch(attachment, { sure }),
  );
}

/** A place where the rules are deleted in the kernel itself, or where that cannot be done, looked for by commands. */
function deletedIn(nfTables: NfTables | undefined, remove: (kernel: NfTables) => void, search: Place): Place {
  const deleteAll = (kernel: NfTables): Search => {
    remove(kernel);
    return { begin: () => ({ finish: () => {} }) };
  };
  return () => (nfTables && unlessUnclear(() => deleteAll(nfTables))) ?? search();
}

function notInstalled(command: string): Place[] {
  system.writeStandardError(`${command} is not installed: rules that it has made before, if any, stay\n`);
  return [];
}
