import { CniError } from "../../cni/error.ts";
import { listChain } from "./iptables-command.ts";
import { type AddressFamily, commandOf, mayHoldRules, usualStore } from "./iptables-store.ts";

/** Why rules for one family cannot be had on this host; undefined where they can, as far as a look can tell. */
export function whyStoreUnusable(family: AddressFamily): string | undefined {
  const store = usualStore(family);
  if (store === undefined) return `${commandOf(family)} is not installed`;
  // With a table that is not loaded yet, a look would load it.
  if (!mayHoldRules(store)) return undefined;
  try {
    listChain(store, "nat", "POSTROUTING");
    return undefined;
  } catch (error) {
    if (error instanceof CniError) return error.message;
    throw error;
  }
}
