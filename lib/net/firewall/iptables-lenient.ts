import { describe } from "../../cni/error.ts";
import { trace } from "../../cni/trace.ts";
import { ListingFailed } from "./command.ts";
import { finishListing, type Listing, startListing, type Table } from "./iptables-command.ts";
import type { Store } from "./iptables-store.ts";
import { isNftInstalled, nftList } from "./nft-command.ts";

/**
 * Does as {@linkcode finishListing}, for a store that may have no rules of ours: a command that cannot read anything on
 * this host is no failure then, and finds nothing.
 *
 * @param options.likely There should be some; asked where nothing can tell for sure.
 * @throws ListingFailed where there are rules that cannot be read, or may be.
 */
export function finishListingLeniently(
  listing: Listing,
  { likely }: { readonly likely: boolean },
): string | undefined {
  try {
    return finishListing(listing);
  } catch (error) {
    if (!(error instanceof ListingFailed) || error.isCutOff) throw error;
    const canAskNft = listing.store.variant === "nft" && isNftInstalled();
    if (canAskNft ? isSeenByNft(listing) : likely) throw error;
    trace(() => describe(error));
    // Of a table, nothing is said by an empty list: undefined is one with rules that iptables cannot read.
    return listing.chain === undefined ? "" : undefined;
  }
}

/** Lists a chain, or all of a table; see {@linkcode finishListingLeniently}. */
export function listLeniently(store: Store, table: Table, chain?: string): string | undefined {
  // Of legacy's stores, only those are looked at whose table is there.
  return finishListingLeniently(startListing(store, table, chain), { likely: store.variant === "legacy" });
}

/** Whether nft sees a chain of ours. Where nft cannot see anything, as on a kernel without nf_tables, there is none. */
function isSeenByNft({ store, table, chain }: Listing): boolean {
  const family = store.family === 4 ? "ip" : "ip6";
  try {
    if (chain !== undefined) return nftList(`chain ${family} ${table} ${chain}`) !== undefined;
    return nftList(`table ${family} ${table}`)?.includes("chain CNI-") ?? false;
  } catch (error) {
    if (error instanceof ListingFailed && !error.isCutOff) return false;
    throw error;
  }
}
