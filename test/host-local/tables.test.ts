import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AddressTable } from "../../ipam/host-local/address-table.ts";
import { Pages, pageSize } from "../../ipam/host-local/pages.ts";
import { RecordTable, recordsPerPage } from "../../ipam/host-local/record-table.ts";
import {
  type Address,
  compareAddress,
  formatAddress,
  offsetAddress,
  parseAddress,
} from "../../lib/ip/address.ts";
import type { OpenFile } from "../../lib/system/system.ts";
import { printedSeed, trialsOf } from "../fixture/seed.ts";

const seed = printedSeed("tables of the lease index");

/** A file in memory. */
function fileInMemory(): OpenFile & { readonly written: Map<number, Uint8Array> } {
  const written = new Map<number, Uint8Array>();
  return {
    written,
    read: (offset) => written.get(offset)?.slice() ?? new Uint8Array(0),
    write: (offset, bytes) => {
      expect(bytes).toHaveLength(pageSize);
      written.set(offset, bytes.slice());
    },
    truncate: () => written.clear(),
    close: () => {},
  };
}

describe("a table of records", () => {
  // Few pages and few keys, so that pages fill up and records stand elsewhere than at home.
  const length = 2;
  const key = fc.nat(7);
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), key, value: fc.nat(40) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("remove" as const), key, value: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), key, value: fc.nat(0) }) },
  );

  test("holds what was added and not removed, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const file = fileInMemory();
        let pages = new Pages(file);
        let table = new RecordTable(pages, 1, length);
        const model: string[] = [];
        for (const { do: what, key, value } of steps) {
          const name = `${key}:${value}`;
          if (what === "add") {
            const hasRoom = table.add(key % length, bytesOf(key), bytesOf(value));
            expect(hasRoom).toBe(model.length < length * recordsPerPage);
            if (hasRoom) model.push(name);
          } else if (what === "remove") {
            table.remove(key % length, bytesOf(key), bytesOf(value));
            const place = model.indexOf(name);
            if (place >= 0) model.splice(place, 1);
          } else {
            pages.write();
            pages = new Pages(file);
            table = new RecordTable(pages, 1, length);
          }
        }
        for (let each = 0; each <= 7; each++) {
          const found = table.valuesOf(each % length, bytesOf(each)).map((value) => `${each}:${value[15]}`);
          expect(found.sort()).toEqual(model.filter((name) => name.startsWith(`${each}:`)).sort());
        }
        // Nothing is written but its own pages.
        expect([...file.written.keys()].every((offset) => offset >= pageSize && offset < 3 * pageSize)).toBe(
          true,
        );
      }),
      { seed, numRuns: trialsOf(60) },
    );
  });
});

describe("a table of addresses", () => {
  // Around borders: of blocks of 128, of neighbourhoods of 8192, of IPv4 in IPv6.
  const bases = [
    "10.0.0.0",
    "10.0.31.250",
    "10.0.32.0",
    "255.255.255.0",
    "::",
    "fd00::1f80",
    "fd00::2:0",
    "fd01::",
  ];
  const address = fc.tuple(fc.constantFrom(...bases), fc.nat(300)).map(([base, distance]) => {
    const start = parseAddress(base) ?? expect.fail(base);
    return start.value + BigInt(distance) < 2n ** 32n || start.family === 6
      ? offsetAddress(start, BigInt(distance))
      : start;
  });
  const steps = fc.array(fc.tuple(fc.boolean(), address), { maxLength: 400 });

  test("knows the first that is missing, and how many are there", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.tuple(address, fc.nat(400)), { maxLength: 20 }), (steps, spans) => {
        const table = new AddressTable(new RecordTable(new Pages(fileInMemory()), 0, 4), 4);
        const model = new Map<string, Address>();
        for (const [isAdded, each] of steps) {
          if (isAdded) {
            expect(table.add(each)).toBe(true);
            model.set(formatAddress(each), each);
          } else {
            table.remove(each);
            model.delete(formatAddress(each));
          }
        }
        expectSame(table, model, spans);
        const again = new AddressTable(new RecordTable(new Pages(fileInMemory()), 0, 4), 4);
        expect(again.addAll([...model.values()])).toBe(true);
        expectSame(again, model, spans);
      }),
      { seed, numRuns: trialsOf(60) },
    );
  });

  test("passes over 60,000 addresses in no more pages than they are noted in", () => {
    const file = fileInMemory();
    const pages = new Pages(file);
    const first = parseAddress("10.0.0.0") ?? expect.fail();
    const all = Array.from({ length: 60_000 }, (_, distance) => offsetAddress(first, BigInt(distance)));
    expect(new AddressTable(new RecordTable(pages, 0, 2048), 2048).addAll(all)).toBe(true);
    pages.write();
    let reads = 0;
    const counting: OpenFile = {
      ...file,
      read: (offset, length) => {
        reads += 1;
        return file.read(offset, length);
      },
    };
    const table = new AddressTable(new RecordTable(new Pages(counting), 0, 2048), 2048);
    const end = offsetAddress(first, 70_000n);
    expect(formatAddress(table.firstMissing({ start: first, end }) ?? expect.fail())).toBe("10.0.234.96");
    expect(reads).toBeLessThanOrEqual(8);
  });

  function expectSame(
    table: AddressTable,
    model: ReadonlyMap<string, Address>,
    spans: readonly (readonly [Address, number])[],
  ): void {
    for (const [start, distance] of spans) {
      const last = start.family === 4 ? 2n ** 32n - 1n : 2n ** 128n - 1n;
      const value = start.value + BigInt(distance);
      const end: Address = { family: start.family, value: value < last ? value : last };
      const inside = [...model.values()].filter(
        (each) => compareAddress(start, each) <= 0 && compareAddress(each, end) <= 0,
      );
      expect(table.countIn({ start, end })).toBe(BigInt(inside.length));
      let expected: Address | undefined = start;
      while (expected !== undefined && model.has(formatAddress(expected))) {
        expected = expected.value < end.value ? offsetAddress(expected, 1n) : undefined;
      }
      expect(table.firstMissing({ start, end })).toEqual(expected);
    }
  }
});

/** Sixteen bytes that end with a number. */
function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[15] = number;
  return bytes;
}
