import { type Address, addressBytes, addressFromBytes, mappedBytes } from "../../lib/ip/address.ts";
import type { Span } from "../../lib/ip/range.ts";
import { keySize } from "./content-key.ts";
import { type RecordTable, recordSize } from "./record-table.ts";

/** A record has a bit for each address of a block, and the blocks of a neighbourhood are at home in one page. */
const blockBits = 7;
const blockSize = 1 << blockBits;
const neighbourhoodBits = 13n;
const neighbourhoodSize = 1 << Number(neighbourhoodBits);

/** What stands for every block that has no bit left. */
const fullBlock = new Uint8Array(blockSize / 8).fill(0xff);
const allBits = 0xffff_ffff;

/** What stands before an IPv4 address that is written as one of IPv6 (RFC 4291, section 2.5.5.2). */
const ipv4Mapped = 0xffffn << 32n;

/**
 * A set of addresses, in a {@linkcode RecordTable}: the key of a record is the first address of a block of 128 that are
 * next to each other, its value has a bit for each of them.
 *
 * To pass over 8192 addresses that are taken takes one page.
 */
export class AddressTable {
  readonly #records: RecordTable;
  readonly #length: number;

  /** @param length How many pages the table has: a power of two. */
  constructor(records: RecordTable, length: number) {
    this.#records = records;
    this.#length = length;
  }

  /** Adds an address. @returns false when there is no room */
  add(address: Address): boolean {
    const { home, key, bit } = this.#placeOf(address);
    const known = this.#records.change(home, key);
    const bits = known ?? new Uint8Array(blockSize / 8);
    bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    return known !== undefined || this.#records.add(home, key, bits);
  }

  /** Adds addresses to a set that is empty. @returns false when there is no room */
  addAll(addresses: readonly Address[]): boolean {
    const blocks = new Map<bigint, Uint8Array>();
    for (const { family, value } of addresses) {
      const mapped = family === 4 ? ipv4Mapped | value : value;
      const block = mapped >> BigInt(blockBits);
      const bits = blocks.get(block) ?? new Uint8Array(blockSize / 8);
      blocks.set(block, bits);
      const bit = Number(mapped & 0x7fn);
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    return [...blocks].every(([block, bits]) => {
      const key = addressBytes({ family: 6, value: block << BigInt(blockBits) });
      return this.#records.add(this.#homeOf(key), key, bits);
    });
  }

  /** Removes an address. */
  remove(address: Address): void {
    const { home, key, bit } = this.#placeOf(address);
    const bits = this.#records.change(home, key);
    if (bits === undefined) return;
    bits[bit >> 3] = (bits[bit >> 3] ?? 0) & ~(1 << (bit & 7));
    if (bits.every((byte) => byte === 0)) this.#records.remove(home, key);
  }

  /** The first address of the span that is not in the set. */
  firstMissing({ start, end }: Span): Address | undefined {
    const { family } = start;
    for (let value = start.value; value <= end.value; ) {
      const first = (value >> neighbourhoodBits) << neighbourhoodBits;
      const offset = firstZero(this.#blocksAround({ family, value }), Number(value - first));
      if (offset < neighbourhoodSize) {
        const found = first + BigInt(offset);
        return found <= end.value ? { family, value: found } : undefined;
      }
      value = first + BigInt(neighbourhoodSize);
    }
    return undefined;
  }

  /** How many addresses of the span are in the set. Looks at all of the table, whatever the span. */
  countIn({ start, end }: Span): bigint {
    let count = 0;
    this.#records.lookAtAll((page, at) => {
      const first = addressFromBytes(page.subarray(at, at + keySize));
      if (first?.family !== start.family) return;
      const from = start.value <= first.value ? 0n : start.value - first.value;
      const behind = end.value - first.value + 1n;
      const stop = behind < BigInt(blockSize) ? Number(behind) : blockSize;
      const bits = page.subarray(at + keySize, at + recordSize);
      for (let bit = Number(from); bit < stop; bit++) {
        if (hasBit(bits, bit)) count += 1;
      }
    });
    return BigInt(count);
  }

  #placeOf(address: Address): { readonly home: number; readonly key: Uint8Array; readonly bit: number } {
    const key = mappedBytes(address);
    const bit = (key[15] ?? 0) & (blockSize - 1);
    key[15] = (key[15] ?? 0) - bit;
    return { home: this.#homeOf(key), key, bit };
  }

  /** Neighbourhoods that are next to each other are at home in pages that are. */
  #homeOf(bytes: Uint8Array): number {
    const [high = 0, middle = 0, low = 0] = bytes.subarray(12, 15);
    return ((high << 11) | (middle << 3) | (low >> 5)) & (this.#length - 1);
  }

  /** The bits of the 64 blocks of an address's neighbourhood, in their order; undefined where a block has none. */
  #blocksAround(address: Address): (Uint8Array | undefined)[] {
    const bytes = mappedBytes(address);
    const own = viewOf(bytes);
    const blocks = new Array<Uint8Array | undefined>(neighbourhoodSize / blockSize).fill(undefined);
    let shown: Uint8Array | undefined;
    let view = own;
    this.#records.look(this.#homeOf(bytes), (page, at) => {
      if (page !== shown) view = viewOf(page);
      shown = page;
      if (!isNeighbour(view, at, own)) return;
      const block = (view.getUint32(at + 12) >> blockBits) & (blocks.length - 1);
      blocks[block] = isFull(view, at + keySize) ? fullBlock : page.subarray(at + keySize, at + recordSize);
    });
    return blocks;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether the key of a record is an address but for its last 13 bits. Words take a quarter of the time of bytes. */
function isNeighbour(page: DataView, at: number, address: DataView): boolean {
  return (
    (page.getUint32(at + 12) ^ address.getUint32(12)) >>> Number(neighbourhoodBits) === 0 &&
    page.getUint32(at + 8) === address.getUint32(8) &&
    page.getUint32(at + 4) === address.getUint32(4) &&
    page.getUint32(at) === address.getUint32(0)
  );
}

/** Whether all bits of a block are set. */
function isFull(page: DataView, at: number): boolean {
  return (
    page.getUint32(at) === allBits &&
    page.getUint32(at + 4) === allBits &&
    page.getUint32(at + 8) === allBits &&
    page.getUint32(at + 12) === allBits
  );
}

/** The place of the first bit from `start` on that is 0, counted through all blocks. */
function firstZero(blocks: readonly (Uint8Array | undefined)[], start: number): number {
  let place = start;
  while (place < neighbourhoodSize) {
    const bits = blocks[place >> blockBits];
    if (bits === undefined) return place;
    if (bits === fullBlock) {
      place = (place | (blockSize - 1)) + 1;
      continue;
    }
    const bit = place & (blockSize - 1);
    if (bits[bit >> 3] === 0xff) place += 8 - (bit & 7);
    else if (hasBit(bits, bit)) place += 1;
    else return place;
  }
  return place;
}

function hasBit(bits: Uint8Array, bit: number): boolean {
  return ((bits[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}
