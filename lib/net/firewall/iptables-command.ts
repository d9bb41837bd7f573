import { CniError, Code } from "../../cni/error.ts";
import type { Outcome, Running } from "../../system/system.ts";
import { ListingFailed, startCommand } from "./command.ts";
import { type AddressFamily, commandOf, type Store, usualStore } from "./iptables-store.ts";

/** The tables that rules of ours are in. */
export type Table = "nat" | "filter";

/** Commands of iptables for each table, without `-t TABLE`. */
export type Changes = Readonly<Partial<Record<Table, readonly string[]>>>;

/** The store that rules are added to. @throws CniError 101 where its command is not installed */
export function requireStore(family: AddressFamily): Store {
  const store = usualStore(family);
  if (store !== undefined) return store;
  throw new CniError(
    Code.firewallFailed,
    `failed to locate iptables: ${commandOf(family)} is not installed`,
    `install it, or do without /ipMasq and /forward (for IPv${family}, they need it)`,
  );
}

/** Starts to change a store: of each table, all of the lines are done, or none of them. */
export function startRestore({ command }: Store, changes: Changes): Running {
  return startCommand(`${command}-restore`, restoreWords, restoreInput(changes));
}

/** The words of iptables-restore: what is there stays, and others that change rules are waited for. */
export const restoreWords: readonly string[] = ["--noflush", "--wait"];

/** What iptables-restore reads. */
export function restoreInput(changes: Changes): string {
  const tables = Object.entries(changes).filter(([, lines]) => lines.length > 0);
  return tables.map(([table, lines]) => `*${table}\n${lines.join("\n")}\nCOMMIT\n`).join("");
}

/** Changes a store; see {@linkcode startRestore}. */
export function restore(store: Store, changes: Changes): Outcome {
  return startRestore(store, changes).wait();
}

/** A chain whose rules are being listed, or all chains of a table. */
export interface Listing {
  readonly store: Store;
  readonly table: Table;
  /** All chains when absent. */
  readonly chain: string | undefined;
  readonly running: Running;
}

/** Starts to list the rules of a chain, or of all chains of the table. */
export function startListing(store: Store, table: Table, chain?: string): Listing {
  const args = ["--wait", "-t", table, "-S", ...(chain === undefined ? [] : [chain])];
  return { store, table, chain, running: startCommand(store.command, args) };
}

/**
 * The rules, as `iptables -S` prints them; undefined when there is no such chain, or a rule in it that iptables cannot
 * read (see {@linkcode isAboutMissingChain}).
 *
 * @throws ListingFailed where the command could not tell.
 */
export function finishListing(listing: Listing): string | undefined {
  const outcome = listing.running.wait();
  if (outcome.status === 0) return outcome.output;
  if (isAboutMissingChain(outcome.errors)) return undefined;
  const { store, table, chain } = listing;
  const what = chain === undefined ? `table ${table}` : `chain ${chain} of table ${table}`;
  throw new ListingFailed(`${store.command} failed to list ${what}`, outcome);
}

/** The rules of a chain; see {@linkcode finishListing}. */
export function listChain(store: Store, table: Table, chain: string): string | undefined {
  return finishListing(startListing(store, table, chain));
}

/**
 * The words of the two kinds of iptables for a chain, or a whole table, that is not there. Some versions of the nft
 * kind use the same ones for a chain that is not there and for one with rules that others made and it cannot read.
 */
function isAboutMissingChain(errors: string): boolean {
  return /No chain\/target\/match|does not exist|is incompatible, use 'nft' tool/.test(errors);
}
