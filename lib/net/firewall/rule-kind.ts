import type { Operation } from "../operation.ts";
import { familiesOf, type StoreName, usualStore } from "./iptables-store.ts";

/**
 * Where rules of an attachment are: masquerade rules in one of the stores of iptables, or in the table of nftables;
 * guards of its port.
 */
export type RuleKind = StoreName | "nftables" | "guard";

/** Where the rules of a plan will be, for the removal of an attachment that had none before. */
export function ruleKindsOf(plan: readonly Operation[], backend: "iptables" | "nftables"): RuleKind[] {
  return plan.flatMap((operation): RuleKind[] => {
    if (operation.do === "guard port") return ["guard"];
    if (operation.do !== "masquerade") return [];
    if (backend === "nftables") return ["nftables"];
    return familiesOf(operation.masquerade.addresses).flatMap((family) => usualStore(family)?.name ?? []);
  });
}
