import { keySize } from "./content-key.ts";
import { type Pages, pageSize } from "./pages.ts";

/** The bytes of a record: a key, and a value that is as long. */
export const recordSize = 2 * keySize;

/** How many records a page holds, behind a head as large as one of them. */
export const recordsPerPage = pageSize / recordSize - 1;

/** In the head of a page: how many records it holds, and whether others that belong there stand in pages behind it. */
const countAt = 0;
const overflowAt = 2;

/**
 * Records of 32 bytes, each a key and a value of 16, in some pages of a file (docs/formats.md).
 *
 * A record stands in its *home*, a page that its key tells, or, where that was full, in the next one that was not, behind
 * the last page the first. So finding one, adding one and removing one takes one page mostly, however many there are.
 */
export class RecordTable {
  readonly #pages: Pages;
  readonly #first: number;
  readonly #length: number;

  /**
   * @param first The table's first page.
   * @param length How many pages it has.
   */
  constructor(pages: Pages, first: number, length: number) {
    this.#pages = pages;
    this.#first = first;
    this.#length = length;
  }

  /** The values of all records with this key, which is at home in the page `home` of the table. */
  valuesOf(home: number, key: Uint8Array): Uint8Array[] {
    const values: Uint8Array[] = [];
    this.look(home, (page, at) => {
      if (isEqual(page, at, key)) values.push(page.slice(at + keySize, at + recordSize));
    });
    return values;
  }

  /** Shows all records that can be at home in `home`, each as the page and the place in it where its key begins. */
  look(home: number, see: (page: Uint8Array, at: number) => void): void {
    for (const number of this.#pagesFrom(home)) lookInto(this.#pages.at(number), see);
  }

  /** Shows all records of the table. */
  lookAtAll(see: (page: Uint8Array, at: number) => void): void {
    for (let number = 0; number < this.#length; number++) lookInto(this.#pages.at(this.#first + number), see);
  }

  /** Adds a record. @returns false when there is no room */
  add(home: number, key: Uint8Array, value: Uint8Array): boolean {
    for (let distance = 0; distance < this.#length; distance++) {
      const number = this.#pageAt(home, distance);
      const count = countOf(this.#pages.at(number));
      const page = this.#pages.change(number);
      if (count < recordsPerPage) {
        page.set(key, recordSize * (1 + count));
        page.set(value, recordSize * (1 + count) + keySize);
        setCount(page, count + 1);
        return true;
      }
      page[overflowAt] = 1;
    }
    return false;
  }

  /** The value of the first record with this key, to be written into; undefined where there is none. */
  change(home: number, key: Uint8Array): Uint8Array | undefined {
    const place = this.#find(home, key);
    return place && this.#pages.change(place.page).subarray(place.at + keySize, place.at + recordSize);
  }

  /** Removes a record with this key and, where one is given, this value. */
  remove(home: number, key: Uint8Array, value?: Uint8Array): void {
    const place = this.#find(home, key, value);
    if (place === undefined) return;
    const page = this.#pages.change(place.page);
    const last = endOf(page) - recordSize;
    // The page's last record takes its place. That others stand in pages behind this one stays noted.
    page.copyWithin(place.at, last, last + recordSize);
    setCount(page, countOf(page) - 1);
  }

  #find(home: number, key: Uint8Array, value?: Uint8Array): { page: number; at: number } | undefined {
    for (const number of this.#pagesFrom(home)) {
      const page = this.#pages.at(number);
      const end = endOf(page);
      for (let at = recordSize; at < end; at += recordSize) {
        if (!isEqual(page, at, key)) continue;
        if (value === undefined || isEqual(page, at + keySize, value)) return { page: number, at };
      }
    }
    return undefined;
  }

  /** The pages where records can be that are at home in `home`. */
  #pagesFrom(home: number): number[] {
    const numbers: number[] = [];
    while (numbers.length < this.#length) {
      const number = this.#pageAt(home, numbers.length);
      numbers.push(number);
      if (this.#pages.at(number)[overflowAt] === 0) break;
    }
    return numbers;
  }

  #pageAt(home: number, distance: number): number {
    return this.#first + ((home + distance) % this.#length);
  }
}

function lookInto(page: Uint8Array, see: (page: Uint8Array, at: number) => void): void {
  const end = endOf(page);
  for (let at = recordSize; at < end; at += recordSize) see(page, at);
}

/** Where the records of a page end. */
function endOf(page: Uint8Array): number {
  return recordSize * (1 + countOf(page));
}

/** What a file says that something else wrote into is not to lead out of the page. */
function countOf(page: Uint8Array): number {
  return Math.min((page[countAt] ?? 0) | ((page[countAt + 1] ?? 0) << 8), recordsPerPage);
}

function setCount(page: Uint8Array, count: number): void {
  page[countAt] = count & 0xff;
  page[countAt + 1] = count >> 8;
}

/** Addresses that are next to each other differ at their end, so that is looked at first. */
function isEqual(page: Uint8Array, offset: number, bytes: Uint8Array): boolean {
  for (let index = keySize - 1; index >= 0; index--) {
    if (page[offset + index] !== bytes[index]) return false;
  }
  return true;
}
