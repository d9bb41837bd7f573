import { system } from "#system";
import { encodeUtf8 } from "../../lib/encoding/utf8.ts";
import type { OpenFile } from "../../lib/system/system.ts";
import { type DirectoryMark, isSameMark, markDirectory, readMark } from "./directory-mark.ts";
import { bootSize, decodeHeader, encodeHeader, type IndexHeader, mostWatched } from "./index-header.ts";
import { LeaseTables } from "./lease-tables.ts";
import { Pages, pageSize } from "./pages.ts";
import type { SortedFiles } from "./sort-files.ts";
import { makeStateFile, openStateFile, stateFile, unlessRefused } from "./state-file.ts";

/** How many leases there are for each page of a table, at most, when the index is made. */
const loadAtFirst = 40;

/** A table has this many pages at least. Pages that were never written take no room on a disk. */
const shortestTable = 2048;

/**
 * The lease index of a directory: what its files are, as far as that was noted when it was saved (docs/formats.md).
 *
 * It is a cache. It may be deleted at any time; what it says of a lease is true only if the lease's file says so, too;
 * and it says nothing any more once somebody else has made or removed a file in the directory.
 */
export class LeaseIndex {
  readonly #directory: string;
  readonly #file: OpenFile;
  readonly #pages: Pages;
  #header: IndexHeader | undefined;
  #mark: DirectoryMark | undefined;
  #tables: LeaseTables | undefined;
  #reclaimed: number;

  /** @param file Its file, whatever that holds. */
  constructor(directory: string, file: OpenFile) {
    this.#directory = directory;
    this.#file = file;
    this.#pages = new Pages(file);
    this.#header = decodeHeader(this.#pages.at(0));
    this.#mark = this.#header;
    this.#reclaimed = this.#header?.reclaimed ?? 0;
    if (this.#header !== undefined && isWhole(file, this.#header.tableLength)) {
      this.#tables = new LeaseTables(this.#pages, this.#header.tableLength, this.#header);
    }
  }

  /**
   * What it says; undefined where it says nothing (any more).
   *
   * Under the lock that stays as it is. Without it, what was found in the tables counts if asked afterwards this gives
   * them once more: whoever changes them has changed the directory before.
   */
  get tables(): LeaseTables | undefined {
    const header = this.#header;
    if (header === undefined || !isSameMark(header, readMark(this.#directory))) return undefined;
    return isOfThisBoot(header.boot) ? this.#tables : undefined;
  }

  /** The last mark by which its file was believed, or still is. */
  get mark(): DirectoryMark | undefined {
    return this.#mark;
  }

  /** When leases of earlier boots were last looked for in vain, by the monotonic clock of this boot. */
  get reclaimed(): number | undefined {
    return this.#reclaimed === 0 ? undefined : this.#reclaimed;
  }

  /** Notes at once that leases of earlier boots were looked for in vain. */
  noteReclaimed(time: number): void {
    this.#reclaimed = Math.ceil(time);
    if (this.#header !== undefined) this.#write({ ...this.#header, reclaimed: this.#reclaimed });
  }

  /** Forgets all files, and notes these. That leases were looked for in vain is true as long as the machine is up. */
  rebuild(files: SortedFiles): void {
    if (this.#header !== undefined && !isOfThisBoot(this.#header.boot)) this.#reclaimed = 0;
    this.#pages.clear();
    this.#header = undefined;
    let length = shortestTable;
    while (length * loadAtFirst < files.leases.length) length *= 2;
    this.#tables = new LeaseTables(this.#pages, length);
    // Written whatever is in it, so that the file shows where it ends.
    this.#pages.change(lastPage(length));
    this.#tables.addAll(files);
  }

  /** Marks the directory as it is now, under the lock, and writes what is noted of it. */
  save(): void {
    const boot = bootId();
    if (boot.length !== bootSize || this.#tables?.isComplete !== true) return;
    this.#pages.write();
    // Last of all: up to here the directory shows that it was changed, and none believes what was written.
    const mark = markDirectory(this.#directory, this.#mark);
    if (mark !== undefined) this.#writeHeader(boot, mark, this.#tables);
  }

  #writeHeader(boot: Uint8Array, mark: DirectoryMark, { leases, watched, length }: LeaseTables): void {
    this.#write({ ...mark, boot, leases, watched, tableLength: length, reclaimed: this.#reclaimed });
  }

  #write(header: IndexHeader): void {
    const page = encodeHeader(header);
    if (page === undefined) return;
    this.#file.write(0, page);
    this.#header = header;
    this.#mark = header;
  }

  /** Deletes its file. */
  remove(): void {
    system.removeFile(stateFile("index", this.#directory));
  }

  close(): void {
    this.#file.close();
  }
}

/** The number of the last page, behind the first one and two tables. */
function lastPage(tableLength: number): number {
  return 2 * tableLength;
}

/** Whether the file has all of its pages: those that it lacks would say that nothing is leased. */
function isWhole(file: OpenFile, tableLength: number): boolean {
  const size = (lastPage(tableLength) + 1) * pageSize;
  return file.read(size - 1, 1).length === 1;
}

/**
 * Whether there can be an index of a lease directory that holds these files: it bears a mark, and there is room for the
 * names of files that every call has to look into. To find that out when the tables are made would take long.
 *
 * @param mark The last mark of an index that is there.
 * @throws SystemError where it may not be marked.
 */
export function canBeIndexed(
  directory: string,
  { watched }: SortedFiles,
  mark: DirectoryMark | undefined,
): boolean {
  const length = watched.reduce((sum, name) => sum + name.length + 1, 0);
  return length < mostWatched && markDirectory(directory, mark) !== undefined;
}

/** The index of a lease directory; undefined where there is none. */
export function openIndex(directory: string): LeaseIndex | undefined {
  return indexIn(directory, openStateFile("index", directory));
}

/** The index of a lease directory, which is made where there is none; undefined where there can be none. */
export function makeIndex(directory: string): LeaseIndex | undefined {
  return indexIn(directory, makeStateFile("index", directory));
}

function indexIn(directory: string, file: OpenFile | undefined): LeaseIndex | undefined {
  return file && unlessRefused(() => new LeaseIndex(directory, file));
}

/** Of what was written before the machine went down, a disk may have some parts and not others. */
function isOfThisBoot(boot: Uint8Array): boolean {
  const id = unlessRefused(bootId);
  return id !== undefined && id.length === boot.length && id.every((byte, index) => byte === boot[index]);
}

function bootId(): Uint8Array {
  return encodeUtf8(system.readRegular("/proc/sys/kernel/random/boot_id").trim());
}
