import type { Json, JsonObject } from "../../cni/json.ts";
import { entryChain } from "./guard-rules.ts";
import { finishNftListing, type NftListing, nftObjectsIn, startNftJson } from "./nft-command.ts";

/** The table of all guards: that of containernetworking/plugins. */
export const table = { family: "bridge", table: "nat" } as const;

/** The same for nft's command line. */
export const entryChainWords = `bridge nat ${entryChain}` as const;

/** The commands that make the table, and the chain with the kernel's hook; those that are there stay. */
export const tableCommands: readonly JsonObject[] = [
  { add: { table: { family: "bridge", name: "nat" } } },
  {
    add: {
      chain: {
        ...chain(entryChain),
        ...{ type: "filter", hook: "prerouting", prio: -300, policy: "accept" },
      },
    },
  },
];

/** What stands for a chain in a command. */
export function chain(name: string): JsonObject {
  return { ...table, name };
}

/** What stands for a rule of a chain in a command. */
export function ruleIn(name: string, rule: JsonObject): JsonObject {
  return { ...table, chain: name, ...rule };
}

/** A rule as nft lists it in JSON. */
export interface ListedRule {
  readonly comment: string;
  readonly handle: number;
  readonly expr: readonly Json[];
}

/** Starts to list the rules of a chain. */
export function startChainListing(name: string): NftListing {
  return { what: `chain ${name}`, running: startNftJson([{ list: { chain: chain(name) } }]) };
}

/**
 * The rules of a chain; undefined when there is no such chain.
 *
 * @param options As for {@linkcode finishNftListing}.
 * @throws ListingFailed where nft could not tell.
 */
export function finishChainListing(
  listing: NftListing,
  options?: { readonly sure: boolean },
): ListedRule[] | undefined {
  const output = finishNftListing(listing, options);
  if (output === undefined) return undefined;
  return nftObjectsIn(JSON.parse(output), "rule").map(({ comment, handle, expr }) => ({
    comment: typeof comment === "string" ? comment : "",
    handle: Number(handle),
    expr: Array.isArray(expr) ? expr : [],
  }));
}

/** The names of all chains of the table. @throws ListingFailed where nft could not tell */
export function listChains(): string[] {
  const running = startNftJson([{ list: { chains: { family: "bridge" } } }]);
  const output = finishNftListing({ what: "the chains of bridges", running });
  const chains = output === undefined ? [] : nftObjectsIn(JSON.parse(output), "chain");
  return chains.flatMap(({ table, name }) => (table === "nat" && typeof name === "string" ? name : []));
}
