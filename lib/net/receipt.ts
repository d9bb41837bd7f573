import type { MasqueradeReceipt } from "./firewall/firewall.ts";
import type { Operation } from "./operation.ts";

/** What one applied operation came to. Undoing takes receipts, so that nobody undoes what another call did. */
export interface Receipt {
  readonly operation: Operation;
  /**
   * `changed`: this call made it so. `found`: it was so. `unknown`: the operation may have happened or not.
   */
  readonly effect: "changed" | "found" | "unknown";
  /** Of a masquerade: the rules that this call added. */
  readonly masquerade?: MasqueradeReceipt;
}
