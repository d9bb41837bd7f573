import { system } from "#system";
import { isObject, type Json, type JsonObject, stringifyCompact } from "../../cni/json.ts";
import { trace } from "../../cni/trace.ts";
import type { Outcome, Running } from "../../system/system.ts";
import { ListingFailed, reasonOf, startCommand } from "./command.ts";

/** Whether the host has nft at all. */
export function isNftInstalled(): boolean {
  return system.findProgram("nft") !== undefined;
}

/** Starts to change rules: all of the lines are done, in one transaction, or none of them. */
export function startNft(lines: readonly string[]): Running {
  return startCommand("nft", ["-f", "-"], `${lines.join("\n")}\n`);
}

/** Has nft and the kernel check the lines, and change nothing. */
export function checkNft(lines: readonly string[]): Outcome {
  return startCommand("nft", ["--check", "-f", "-"], `${lines.join("\n")}\n`).wait();
}

/** Does as {@linkcode startNft}, with commands in libnftables' JSON: names in it need no quotes, so they can be any. */
export function startNftJson(commands: readonly Json[]): Running {
  return startCommand("nft", ["-j", "-f", "-"], stringifyCompact({ nftables: commands }));
}

/** A chain or a table that is being listed. */
export interface NftListing {
  readonly what: string;
  readonly running: Running;
}

/** Starts to list a table or a chain, with the handles by which rules are deleted. Not for names from outside. */
export function startNftListing(what: `${"table" | "chain"} ${string}`): NftListing {
  return { what, running: startCommand("nft", ["-a", "list", ...what.split(" ")]) };
}

/**
 * What nft printed; undefined when there is no such table or chain.
 *
 * @param options.sure There is something: otherwise it is no failure when nft cannot see anything, as on a kernel without
 *   nf_tables.
 * @throws ListingFailed where it could not tell.
 */
export function finishNftListing(
  { what, running }: NftListing,
  { sure }: { readonly sure: boolean } = { sure: true },
): string | undefined {
  const outcome = running.wait();
  if (outcome.status === 0) return outcome.output;
  if (/No such file or directory/.test(outcome.errors)) return undefined;
  const failure = new ListingFailed(`nft failed to list ${what}`, outcome);
  if (sure || failure.isCutOff) throw failure;
  trace(() => failure.message);
  return undefined;
}

/** Lists something; see {@linkcode startNftListing}. */
export function nftList(what: `${"table" | "chain"} ${string}`): string | undefined {
  return finishNftListing(startNftListing(what));
}

/**
 * What nft tells in libnftables' JSON; undefined where it cannot, as on a kernel without nf_tables. Not for names from
 * outside.
 */
export function readNftJson(words: readonly string[]): Json {
  const outcome = startCommand("nft", ["-j", ...words]).wait();
  if (outcome.status === 0) return JSON.parse(outcome.output);
  trace(() => `nft failed to ${words.join(" ")}: ${reasonOf(outcome)}`);
  return undefined;
}

/** The objects of a kind (`rule`, `chain`) in what nft printed as JSON. */
export function nftObjectsIn(output: Json, kind: string): JsonObject[] {
  const entries: readonly Json[] = isObject(output) && Array.isArray(output.nftables) ? output.nftables : [];
  return entries.map((entry) => (isObject(entry) ? entry[kind] : undefined)).filter(isObject);
}
