import type { Attachment } from "../../cni/request.ts";
import type { Address } from "../../ip/address.ts";
import type { LinkName } from "../../ip/link-name.ts";
import type { Mac } from "../../ip/mac.ts";

/** What a port may send, and nothing else. */
export interface Guard {
  readonly attachment: Attachment;
  /** The host's end. */
  readonly port: LinkName;
  /** The container's MAC. */
  readonly mac: Mac;
  /** The only addresses that it may use; any when absent. */
  readonly addresses: readonly Address[] | undefined;
}

/** A guard that is being put in place. */
export interface PendingGuard {
  /** Waits until it is there, or is known not to be. */
  finish(): GuardOutcome;
}

/** What putting a guard in place came to. */
export interface GuardOutcome {
  /** `found`: nothing was changed, since it failed. */
  readonly effect: "changed" | "found" | "unknown";
  /** Why it failed, in nft's words. */
  readonly failure: string | undefined;
}
