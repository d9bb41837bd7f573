import type { OpenFile } from "../../lib/system/system.ts";

/** The bytes of a page: a file system reads and writes as many at once. */
export const pageSize = 4096;

/** The pages of a file as one call sees them: each is read when it is first looked at, and written when all is done. */
export class Pages {
  readonly #file: OpenFile;
  // Sparse arrays: in the native engine, a Map of numbers takes ten times as long.
  #pages: (Uint8Array | undefined)[] = [];
  #changed: boolean[] = [];

  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** A page, counted from 0; what the file does not have reads as zeros. Not to be written into. */
  at(number: number): Uint8Array {
    const known = this.#pages[number];
    if (known !== undefined) return known;
    const bytes = this.#file.read(number * pageSize, pageSize);
    const page = bytes.length === pageSize ? bytes : padded(bytes);
    this.#pages[number] = page;
    return page;
  }

  /** A page that is going to be written into. */
  change(number: number): Uint8Array {
    this.#changed[number] = true;
    return this.at(number);
  }

  /** Makes the file one that holds nothing, and all pages zeros. */
  clear(): void {
    this.#pages = [];
    this.#changed = [];
    this.#file.truncate();
  }

  /** Writes the pages that were changed. */
  write(): void {
    for (const key of Object.keys(this.#changed)) {
      const number = Number(key);
      this.#file.write(number * pageSize, this.at(number));
    }
    this.#changed = [];
  }
}

/** Whether a page begins with a text, of ASCII. */
export function beginsWith(page: Uint8Array, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (page[index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

function padded(bytes: Uint8Array): Uint8Array {
  const page = new Uint8Array(pageSize);
  page.set(bytes);
  return page;
}
