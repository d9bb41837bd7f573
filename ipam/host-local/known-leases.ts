import type { Attachment } from "../../lib/cni/request.ts";
import type { Address } from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import { contentFor, type LeaseFiles } from "./lease-files.ts";

/** What is known of the files of a lease directory: all of it was read, or there is an index that says so. */
export interface KnownLeases {
  /** No fewer than there are leases: files that are none may be counted, too. */
  readonly count: number;

  /** Those that every call reads, whatever else is known. */
  readonly files: LeaseFiles;

  /**
   * The names of the files that hold this.
   *
   * @returns undefined where what is known turns out to be wrong, and all has to be read.
   */
  namesHolding(content: string): string[] | undefined;

  /** What a file holds, without white space around it; undefined where there is none, or it cannot be read. */
  contentOf(name: string): string | undefined;

  /** The first address of the span that nobody holds, as far as that is known. An empty file holds nothing. */
  firstFree(span: Span): Address | undefined;

  /** How many addresses of the span somebody holds. */
  countIn(span: Span): bigint;

  /** Notes that a file is there now, and what it holds. */
  add(name: string, content: string): void;

  /** Notes that a file is gone. @param content What it held */
  remove(name: string, content: string | undefined): void;
}

/**
 * The names of the files that are leases of the attachment. Those that early versions of the reference made, which
 * name no interface, are its own when it has no others.
 *
 * @param known Whatever says which files hold a content; where it says undefined, so does this.
 */
export function namesHeldBy<T extends readonly string[] | undefined>(
  attachment: Attachment,
  known: { namesHolding(content: string): T },
): T {
  const own = known.namesHolding(contentFor(attachment));
  return own?.length === 0 ? known.namesHolding(attachment.container) : own;
}
