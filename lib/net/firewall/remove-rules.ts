import { system } from "#system";
import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import { type NfTables, openNfTables, unlessUnclear } from "../nf-tables/nf-tables.ts";
import type { PendingRemoval, Search } from "./firewall.ts";
import { deleteGuard, startGuardSearch } from "./guard-remove.ts";
import { deleteFromIptables } from "./iptables-delete.ts";
import { beginIptablesRemoval, startIptablesSearch } from "./iptables-remove.ts";
import {
  type AddressFamily,
  commandOf,
  families,
  familyOf,
  mayHoldRules,
  ofFamily,
  type Store,
  storeNamed,
  storesWithRules,
} from "./iptables-store.ts";
import { attempt, finishAll } from "./later.ts";
import { nftPrefix } from "./marks.ts";
import { isNftInstalled } from "./nft-command.ts";
import { deleteFromNft, startNftSearch } from "./nftables-remove.ts";
import type { RuleKind } from "./rule-kind.ts";

/**
 * Begins to remove every rule of an attachment, also what the Go plugin made.
 *
 * Where the kernel can be asked itself, they are deleted at once. Otherwise commands are started;
 * where one is not installed, that is said on standard error.
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
    kinds === undefined ? everywhere(subject) : kinds.map((kind) => recorded(kind, subject)),
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

function recorded(kind: RuleKind, subject: Subject): Place {
  if (kind === "nftables") return nft(subject, true);
  if (kind === "guard") return guards(subject, true);
  const store = storeNamed(kind);
  const byCommand = store === undefined ? notInstalled(kind) : iptables(store, subject, true);
  return kind.endsWith("legacy") ? byCommand : iptablesNft(familyOf(kind), subject, byCommand);
}

function everywhere(subject: Subject): Place[] {
  return [
    ...families.flatMap((family) => everyIptables(family, subject)),
    nft(subject, false),
    guards(subject, false),
  ];
}

function everyIptables(family: AddressFamily, subject: Subject): Place[] {
  const stores = storesWithRules(family);
  const nftStore = stores.find(({ variant }) => variant === "nft");
  const legacy = stores.filter(({ variant }) => variant === "legacy");
  // Without a command, rules of a network whose addresses are known may stay, and somebody should know.
  const isLacking =
    stores.length === 0 && family === 4 && ofFamily(family, subject.known).length > 0 && !isNftInstalled();
  const otherwise = isLacking ? notInstalled("iptables") : nothing;
  const lacksLegacy = isLacking && mayHoldRules({ family, variant: "legacy", command: commandOf(family) });
  return [
    iptablesNft(family, subject, nftStore === undefined ? otherwise : iptables(nftStore, subject, false)),
    ...legacy.map((store) => iptables(store, subject, false)),
    ...(lacksLegacy ? [notInstalled("iptables-legacy")] : []),
  ];
}

function iptablesNft(
  family: AddressFamily,
  { attachment, known, nfTables }: Subject,
  byCommand: Place,
): Place {
  return deletedIn(nfTables, (kernel) => deleteFromIptables(family, attachment, known, kernel), byCommand);
}

function iptables(store: Store, { attachment, known }: Subject, sure: boolean): Place {
  return () => {
    const search = startIptablesSearch(store, attachment, known, { marked: true });
    return { begin: () => beginIptablesRemoval(search, { sure }) };
  };
}

function nft({ attachment, nfTables }: Subject, sure: boolean): Place {
  const prefix = nftPrefix(attachment);
  return deletedIn(
    nfTables,
    (kernel) => deleteFromNft(prefix, kernel),
    byNft(() => startNftSearch({ prefix }, { sure }), sure),
  );
}

function guards({ attachment, nfTables }: Subject, sure: boolean): Place {
  return deletedIn(
    nfTables,
    (kernel) => deleteGuard(attachment, kernel),
    byNft(() => startGuardSearch(attachment, { sure }), sure),
  );
}

/** A place that nft looks into, as long as it is installed. */
function byNft(search: Place, sure: boolean): Place {
  const otherwise = sure ? notInstalled("nft") : nothing;
  return () => (isNftInstalled() ? search : otherwise)();
}

/** A place where the rules are deleted in the kernel itself, or where that cannot be done, looked for by commands. */
function deletedIn(
  nfTables: NfTables | undefined,
  remove: (kernel: NfTables) => void,
  byCommand: Place,
): Place {
  const deleteAll = (kernel: NfTables): Search => {
    remove(kernel);
    return nothing();
  };
  return () => (nfTables && unlessUnclear(() => deleteAll(nfTables))) ?? byCommand();
}

/** A place where nothing is left to do. */
const nothing: Place = () => ({ begin: () => ({ finish: () => {} }) });

/** A place that cannot be looked into. */
function notInstalled(command: string): Place {
  return () => {
    system.writeStandardError(`${command} is not installed: rules that it has made before, if any, stay\n`);
    return nothing();
  };
}
