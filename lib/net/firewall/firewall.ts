import type { Attachment, NetworkName, ValidAttachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";
import type { AddressFamily } from "./iptables-store.ts";
import type { RuleKind } from "./rule-kind.ts";

/**
 * A driver of packet filter rules that hide containers behind their host.
 *
 * Adding is begun and finished apart, since the commands behind it take longer than all else that an attachment needs:
 * the links are made meanwhile. Removing is another matter, since nobody knows for sure which driver was used: see
 * {@linkcode removeRules}.
 */
export interface Firewall {
  readonly name: "iptables" | "nftables";

  /** Begins to add what an attachment needs; rules that are there already are left alone. */
  add(masquerade: Masquerade): PendingMasquerade;

  /** Removes exactly what one call added. @throws CniError 101 */
  takeBack(receipt: MasqueradeReceipt): void;

  /**
   * What an attachment needs and does not have, in words; empty when it has all of it.
   *
   * @param handles What {@linkcode MasqueradeReceipt} had of them: where to look first.
   * @throws CniError 101 where that cannot be found out.
   */
  missing(masquerade: Masquerade, handles: readonly number[]): string[];

  /** Removes the rules of all attachments of a network but the valid ones, and no others. @throws CniError 101 */
  collect(network: NetworkName, valid: readonly ValidAttachment[]): void;

  /** Why rules for addresses of these families cannot be had on this host; undefined where they can. */
  whyUnusable(families: readonly AddressFamily[]): string | undefined;
}

/** An attachment whose addresses are to be hidden behind those of the host, except from their own subnets. */
export interface Masquerade {
  readonly attachment: Attachment;
  readonly addresses: readonly Prefix[];
  /**
   * The attachment is known to have no rules yet, since its lease was newly made: they need not be looked for.
   * Otherwise those that it has are replaced.
   */
  readonly isFresh?: boolean;
}

/** Rules that are being added. */
export interface PendingMasquerade {
  /** Waits until they are there, or are known not to be. */
  finish(): MasqueradeOutcome;
}

/** What adding rules came to. */
export interface MasqueradeOutcome {
  readonly effect: "changed" | "found" | "unknown";
  /** What to hand to {@linkcode Firewall.takeBack}. */
  readonly receipt: MasqueradeReceipt;
  /** Why it failed, in the command's words. */
  readonly failure: string | undefined;
}

/** What one call added. */
export interface MasqueradeReceipt {
  readonly attachment: Attachment;
  /** The addresses for which it added rules. */
  readonly addresses: readonly Prefix[];
  /** Where the attachment has rules now, also those that were found. */
  readonly kinds: readonly RuleKind[];
  /** The numbers of the rules that were added, where the kernel told them, and looking for rules by them is quicker. */
  readonly handles: readonly number[];
}

/** Rules that are being looked for. */
export interface Search {
  /** Waits for what there is, and begins to remove it. @throws CniError 101 where that cannot be found out */
  begin(): PendingRemoval;
}

/** Rules that are being removed. */
export interface PendingRemoval {
  /** Waits until they are gone. @throws CniError 101 when some may be left */
  finish(): void;
}
