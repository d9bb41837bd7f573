import type { Protocol } from "./constants.ts";

/** A table, as nft names it: `ip nat`. */
export interface KernelTable {
  readonly family: keyof typeof Protocol;
  readonly table: string;
}

/** A chain of a table. */
export interface KernelChain extends KernelTable {
  readonly chain: string;
}
