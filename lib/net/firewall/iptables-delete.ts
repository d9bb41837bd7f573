import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { Deletion } from "../nf-tables/messages.ts";
import type { NfTables } from "../nf-tables/nf-tables.ts";
import { allRules, kernelChain } from "./iptables-kernel.ts";
import { leavingAddresses, leavingRules } from "./iptables-leaving.ts";
import { type AddressFamily, ofFamily } from "./iptables-store.ts";
import { chainName } from "./marks.ts";

/** The chain with the kernel's hook. */
const entryChain = "POSTROUTING";

/**
 * Deletes the rules of an interface in the kernel itself: its jumps and marks, and with its last user the container's
 * chain. Nothing is waited for.
 *
 * @param family Of the store of iptables-nft, whether a command for it is installed or not.
 * @param known Addresses that the interface is known to have, besides those that the chain marks as its own.
 * @throws Unclear where that cannot be done; then nothing was deleted, or all of it.
 */
export function deleteFromIptables(
  family: AddressFamily,
  attachment: Attachment,
  known: readonly Prefix[],
  nfTables: NfTables,
): void {
  const chain = chainName(attachment);
  const place = { store: { family }, table: "nat", chain, from: entryChain } as const;
  const found = allRules(place, nfTables);
  if (found === undefined) return;
  const own = ofFamily(family, known).map(({ address }) => address);
  const addresses = leavingAddresses({ attachment, known: own, marked: true }, found.rules);
  const { jumps, marks } = leavingRules(addresses, found);
  const ofChain: Deletion[] = marks?.map(({ handle }) => ({ delete: "rule", chain, handle })) ?? [
    { delete: "all rules", chain },
    { delete: "chain", chain },
  ];
  const deletions: Deletion[] = [
    ...jumps.map(({ handle }) => ({ delete: "rule", chain: entryChain, handle }) as const),
    ...ofChain,
  ];
  if (deletions.length > 0) nfTables.remove(kernelChain(place), deletions);
}
