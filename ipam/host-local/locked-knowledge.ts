import { system } from "#system";
import { indexedLeases } from "./indexed-leases.ts";
import type { KnownLeases } from "./known-leases.ts";
import { readLeaseFiles } from "./lease-files.ts";
import { canBeIndexed, type LeaseIndex, makeIndex, openIndex } from "./lease-index.ts";
import { ReadLeases } from "./read-leases.ts";
import { type SortedFiles, sortFiles } from "./sort-files.ts";
import { unlessRefused } from "./state-file.ts";

/**
 * With more leases than this, an index is kept: reading them all would take longer than the index does. With fewer than
 * half of them it is deleted. Files that are no leases do not count: every call reads them.
 */
export const mostWithoutIndex = 64;

/** How long to wait before leases of earlier boots are looked for once more, in milliseconds. */
const reclaimInterval = 60_000;

/** What is known of a lease directory whose lock is held: by its index where that is up to date, or by reading it all. */
export class LockedKnowledge {
  readonly #directory: string;
  #index: LeaseIndex | undefined;
  #isIndexUsable: boolean;
  #known: KnownLeases;

  constructor(directory: string) {
    this.#directory = directory;
    this.#index = openIndex(directory);
    const tables = unlessRefused(() => this.#index?.tables);
    const indexed = tables && unlessRefused(() => indexedLeases(directory, tables));
    this.#isIndexUsable = indexed !== undefined;
    this.#known = indexed ?? new ReadLeases(readLeaseFiles(directory));
  }

  /** What is known now. */
  get known(): KnownLeases {
    return this.#known;
  }

  /** The names of the files that hold this. */
  namesHolding(content: string): string[] {
    return this.#known.namesHolding(content) ?? this.distrust().namesHolding(content);
  }

  /** Reads every file, whether that was done before or not, since what is known was found to be wrong. */
  distrust(): ReadLeases {
    this.#isIndexUsable = false;
    return this.#readAnew();
  }

  /** What is known when every file has been read. */
  readAll(): ReadLeases {
    return this.#known instanceof ReadLeases ? this.#known : this.#readAnew();
  }

  #readAnew(): ReadLeases {
    const read = new ReadLeases(readLeaseFiles(this.#directory));
    this.#known = read;
    return read;
  }

  /** Whether leases of earlier boots were looked for in vain not long ago. Without an index that is never known. */
  get wasReclaimedInVain(): boolean {
    if (!this.#isIndexUsable || this.#index?.reclaimed === undefined) return false;
    const age = system.monotonic() - this.#index.reclaimed;
    return age >= 0 && age < reclaimInterval;
  }

  /** Notes that leases of earlier boots were looked for in vain. */
  noteReclaimedInVain(): void {
    if (this.#isIndexUsable) unlessRefused(() => this.#index?.noteReclaimed(system.monotonic()));
  }

  /**
   * Keeps for the next call what is known at the end of this one, as far as that can be had.
   *
   * @param isChanged Whether a file was made or removed in the directory.
   */
  keep(isChanged: boolean): void {
    if (isChanged || !this.#isIndexUsable) unlessRefused(() => this.#save());
  }

  #save(): void {
    if (this.#known instanceof ReadLeases) this.#saveRead(this.#known);
    else if (this.#known.count < mostWithoutIndex / 2) this.#index?.remove();
    else this.#index?.save();
  }

  #saveRead({ files: { contents } }: ReadLeases): void {
    // To sort them takes a while, and there are no more leases than files.
    const files = contents.size > mostWithoutIndex ? sortFiles(contents) : undefined;
    const hasMany = files !== undefined && files.leases.length > mostWithoutIndex;
    if (hasMany && canBeIndexed(this.#directory, files, this.#index?.mark)) {
      this.#index ??= makeIndex(this.#directory);
      saveAll(this.#index, files);
    } else {
      this.#index?.remove();
    }
  }

  close(): void {
    this.#index?.close();
  }
}

function saveAll(index: LeaseIndex | undefined, files: SortedFiles): void {
  try {
    index?.rebuild(files);
    index?.save();
  } catch (error) {
    // A part of it would be of no use, and takes room that may be needed for leases.
    unlessRefused(() => index?.remove());
    throw error;
  }
}
