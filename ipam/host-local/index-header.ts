import { decodeUtf8, encodeUtf8 } from "../../lib/encoding/utf8.ts";
import { beginsWith, pageSize } from "./pages.ts";

/** The first page of a lease index (docs/formats.md). */
export interface IndexHeader {
  /** The boot in which it was written: 36 bytes of text. */
  readonly boot: Uint8Array;
  /** The lease directory, as it was left. */
  readonly device: number;
  readonly inode: number;
  readonly modified: bigint;
  readonly changed: bigint;
  /** How many addresses are leased. */
  readonly leases: number;
  /** How many pages each of the two tables has: a power of two. */
  readonly tableLength: number;
  /** When leases of earlier boots were last looked for in vain, by the monotonic clock, in milliseconds; 0: never. */
  readonly reclaimed: number;
  /** The names of files that every call has to look into. */
  readonly watched: readonly string[];
}

/** What an index of this version begins with. */
const magic = "lxc-cni leases 1";

/** Where the fields are, in bytes; numbers have the lowest byte first. */
const at = {
  boot: 16,
  device: 56,
  inode: 64,
  modified: 72,
  changed: 80,
  reclaimed: 88,
  leases: 96,
  tableLength: 100,
  watchedLength: 104,
  watched: 108,
} as const;

/** The bytes of a boot's id as text. */
export const bootSize = 36;

/** For how many bytes of names there is room. */
export const mostWatched = pageSize - at.watched;

/** The page as bytes; undefined where it has no room for the names. */
export function encodeHeader(header: IndexHeader): Uint8Array | undefined {
  const page = new Uint8Array(pageSize);
  const view = new DataView(page.buffer);
  // No name has a slash in it.
  const watched = encodeUtf8(header.watched.join("/"));
  if (watched.length > mostWatched) return undefined;
  page.set(encodeUtf8(magic));
  page.set(header.boot, at.boot);
  view.setBigUint64(at.device, BigInt(header.device), true);
  view.setBigUint64(at.inode, BigInt(header.inode), true);
  view.setBigInt64(at.modified, header.modified, true);
  view.setBigInt64(at.changed, header.changed, true);
  view.setBigUint64(at.reclaimed, BigInt(header.reclaimed), true);
  view.setUint32(at.leases, header.leases, true);
  view.setUint32(at.tableLength, header.tableLength, true);
  view.setUint32(at.watchedLength, watched.length, true);
  page.set(watched, at.watched);
  return page;
}

/** What the page says; undefined where it is none of this version. */
export function decodeHeader(page: Uint8Array): IndexHeader | undefined {
  if (!beginsWith(page, magic)) return undefined;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const tableLength = view.getUint32(at.tableLength, true);
  const watchedLength = view.getUint32(at.watchedLength, true);
  if (!isTableLength(tableLength) || watchedLength > mostWatched) return undefined;
  const watched = decodeUtf8(page.subarray(at.watched, at.watched + watchedLength));
  return {
    boot: page.slice(at.boot, at.boot + bootSize),
    device: Number(view.getBigUint64(at.device, true)),
    inode: Number(view.getBigUint64(at.inode, true)),
    modified: view.getBigInt64(at.modified, true),
    changed: view.getBigInt64(at.changed, true),
    reclaimed: Number(view.getBigUint64(at.reclaimed, true)),
    leases: view.getUint32(at.leases, true),
    tableLength,
    watched: watched === "" ? [] : watched.split("/"),
  };
}

function isTableLength(length: number): boolean {
  return length > 0 && length <= 2 ** 19 && (length & (length - 1)) === 0;
}
