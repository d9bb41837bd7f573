import type { ValidAttachment } from "../../lib/cni/request.ts";
import { encodeUtf8 } from "../../lib/encoding/utf8.ts";
import { type Address, addressFromBytes, equalAddress, mappedBytes } from "../../lib/ip/address.ts";
import type { OpenFile } from "../../lib/system/system.ts";
import { contentKey, homeOf, keySize } from "./content-key.ts";
import { contentFor } from "./lease-files.ts";
import { beginsWith, Pages, pageSize } from "./pages.ts";
import { recordSize } from "./record-table.ts";
import { makeStateFile, openStateFile, unlessRefused } from "./state-file.ts";

/** What the file begins with; the other pages hold records (docs/formats.md). */
const magic = "lxc-cni sticky 1";

/** How many pages of records there are, a power of two: with all records of a page, 4 MiB and 131,072 addresses. */
const tableLength = 1024;
const recordsPerPage = pageSize / recordSize;

/**
 * The addresses that the attachment was given last, as far as that is remembered.
 *
 * @param directory The lease directory.
 */
export function rememberedAddresses(directory: string, attachment: ValidAttachment): Address[] {
  const file = openStateFile("sticky", directory);
  return (file && closing(file, () => recordedIn(pagesOf(file), attachment))) ?? [];
}

/**
 * Remembers which addresses the attachment was given.
 *
 * There is room for so many. In a page that is full, who was given addresses longest ago is forgotten.
 *
 * @param directory The lease directory.
 */
export function rememberAddresses(
  directory: string,
  attachment: ValidAttachment,
  addresses: readonly Address[],
): void {
  const file = makeStateFile("sticky", directory);
  if (file !== undefined) closing(file, () => record(pagesOf(file), attachment, addresses));
}

function closing<T>(file: OpenFile, work: () => T): T | undefined {
  try {
    return unlessRefused(work);
  } finally {
    file.close();
  }
}

/** The pages of the file; without any where it is of another version. */
function pagesOf(file: OpenFile): Pages {
  const pages = new Pages(file);
  if (!beginsWith(pages.at(0), magic)) {
    pages.clear();
    pages.change(0).set(encodeUtf8(magic));
  }
  return pages;
}

function recordedIn(pages: Pages, attachment: ValidAttachment): Address[] {
  const key = contentKey(contentFor(attachment));
  const own = recordsIn(pages.at(pageOf(key))).filter((record) => isOf(key, record));
  return own.flatMap((record) => addressFromBytes(record.subarray(keySize)) ?? []);
}

function record(pages: Pages, attachment: ValidAttachment, addresses: readonly Address[]): void {
  const known = recordedIn(pages, attachment);
  const isKnown =
    known.length === addresses.length && known.every((each, index) => equalTo(each, addresses[index]));
  if (isKnown) return;
  const key = contentKey(contentFor(attachment));
  const page = pages.change(pageOf(key));
  const others = recordsIn(page.slice()).filter((each) => !isOf(key, each));
  const own = addresses.map((address) => Uint8Array.of(...key, ...mappedBytes(address)));
  page.fill(0);
  for (const [index, each] of [...own, ...others].slice(0, recordsPerPage).entries()) {
    page.set(each, index * recordSize);
  }
  pages.write();
}

function equalTo(one: Address, other: Address | undefined): boolean {
  return other !== undefined && equalAddress(one, other);
}

function pageOf(key: Uint8Array): number {
  return 1 + homeOf(key, tableLength);
}

/** The records of a page, those that were written last first. */
function recordsIn(page: Uint8Array): Uint8Array[] {
  const places = Array.from({ length: recordsPerPage }, (_, index) => index * recordSize);
  return places.map((place) => page.subarray(place, place + recordSize)).filter((each) => each.some(Boolean));
}

function isOf(key: Uint8Array, record: Uint8Array): boolean {
  return key.every((byte, index) => byte === record[index]);
}
