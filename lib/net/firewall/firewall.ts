import type { Attachment } from "../../cni/request.ts";
import type { Prefix } from "../../ip/prefix.ts";

/**
 * A store of packet filter rules.
 *
 * Adding and removing are begun and finished apart, since the commands behind them take longer than all else that an
 * attachment needs: the links are made meanwhile.
 */
export interface Firewall {
  /** Begins to add what an attachment needs; rules that are there already are left alone. */
  add(masquerade: Masquerade): PendingMasquerade;

  /**
   * Begins to remove every rule of an attachment, however it came there.
   *
   * @param known Addresses that it is known to have had; rules of others are found by their marks.
   * @param options.expected There should be some: the removal begins at once. Otherwise it is only looked for them, and
   *   what is found is removed when the caller has done the rest of its work.
   */
  remove(
    attachment: Attachment,
    known: readonly Prefix[],
    options: { readonly expected: boolean },
  ): PendingRemoval;

  /** Removes exactly what one call added. @throws CniError 101 */
  takeBack(receipt: MasqueradeReceipt): void;
}

/** An attachment whose addresses are to be hidden behind those of the host, except from their own subnets. */
export interface Masquerade {
  readonly attachment: Attachment;
  readonly addresses: readonly Prefix[];
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

/** The addresses for which one call added rules. */
export interface MasqueradeReceipt {
  readonly attachment: Attachment;
  readonly addresses: readonly Prefix[];
}

/** Rules that are being removed. */
export interface PendingRemoval {
  /** Waits until they are gone. @throws CniError 101 when some may be left */
  finish(): void;
}
