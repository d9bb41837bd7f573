import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect } from "vitest";
import { contentKey, homeOf } from "../../ipam/host-local/content-key.ts";
import { stateFile } from "../../ipam/host-local/state-file.ts";
import { encodeHex } from "../../lib/encoding/hex.ts";
import { mappedBytes, parseAddress } from "../../lib/ip/address.ts";
import { type Network, test } from "../host-local/network.ts";
import { openPage } from "./page.ts";

const formats = openPage("formats.md");
const pageSize = 4096;
const recordSize = 32;

describe("files beside leases", () => {
  test.for(formats.rows("Files beside leases"))("of %s: %s", ([directory = "", file]) => {
    expect(stateFile("index", directory)).toBe(file);
  });

  test("of containers: keys, and where they are at home", () => {
    const [, keys = ""] = formats.section("Files beside leases").split("| content |");
    const rows = [...keys.matchAll(/^\| `(".*")` \| `([0-9a-f]+)` \| (\d+) \| (\d+) \|$/gm)];
    expect(rows).toHaveLength(3);
    for (const [, content = "", key, ofMany, ofFewer] of rows) {
      const found = contentKey(JSON.parse(content));
      expect(encodeHex(found)).toBe(key);
      expect([homeOf(found, 2048), homeOf(found, 1024)]).toEqual([Number(ofMany), Number(ofFewer)]);
    }
  });
});

describe("the lease index", () => {
  const offsets = Object.fromEntries(
    formats.rows("Lease index").map(([offset, , what = ""]) => [what, Number(offset)]),
  );
  const offsetOf = (begin: string) => {
    const [, offset] = Object.entries(offsets).find(([what]) => what.startsWith(begin)) ?? [];
    return offset ?? expect.fail(`the page has no "${begin}"`);
  };

  test("begins with what the page says", ({ network }) => {
    const bytes = indexOf(network);
    const { dev, ino, mtimeNs, ctimeNs } = statSync(network.directory, { bigint: true });
    expect(bytes.toString("latin1", offsetOf("lxc-cni leases 1"), 16)).toBe("lxc-cni leases 1");
    const boot = offsetOf("/proc/sys/kernel/random/boot_id");
    expect(bytes.toString("latin1", boot, boot + 36)).toBe(
      readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
    );
    const numbers = ["the lease directory's device", "its inode", "the time of its last modification"];
    expect(numbers.map((what) => bytes.readBigUInt64LE(offsetOf(what)))).toEqual([dev, ino, mtimeNs]);
    expect(bytes.readBigUInt64LE(offsetOf("the time of its last change"))).toBe(ctimeNs);
    expect(mtimeNs % 1_000_000_000n).toBe(0n);
    expect(mtimeNs).toBeLessThan(ctimeNs);
    expect(bytes.readBigUInt64LE(offsetOf("when leases of earlier boots"))).toBe(0n);
    expect(bytes.readUInt32LE(offsetOf("the number of addresses"))).toBe(107);
    expect(bytes.readUInt32LE(offsetOf("the number of pages"))).toBe(2048);
    const names = offsetOf("the names, separated");
    expect(bytes.toString("utf8", names, names + bytes.readUInt32LE(offsetOf("the length")))).toBe(
      "fd00::ff/note",
    );
  });

  test("has leases by what they hold", ({ network }) => {
    const bytes = indexOf(network);
    const [, keys = ""] = formats.section("Files beside leases").split("| content |");
    const rows = [...keys.matchAll(/^\| `(".*")` \| `([0-9a-f]+)` \| (\d+) /gm)];
    for (const [number, [, , key = "", home]] of rows.entries()) {
      const value = Buffer.from(mappedBytes(parseAddress(`10.9.9.${number + 1}`) ?? expect.fail()));
      expect(recordsIn(bytes, 1 + Number(home))).toContain(key + value.toString("hex"));
    }
  });

  test("has addresses by blocks of 128", ({ network }) => {
    const bytes = indexOf(network);
    const [, table = ""] = formats.section("Lease index").split("| address |");
    const rows = [...table.matchAll(/^\| `(.*)` \| `(.*)` \| (\d+) \| (\d+) \|$/gm)];
    expect(rows).toHaveLength(4);
    for (const [, , first = "", bit, home] of rows) {
      const key = encodeHex(mappedBytes(parseAddress(first) ?? expect.fail()));
      const record = recordsIn(bytes, 1 + 2048 + Number(home)).find((each) => each.startsWith(key));
      const bits = Buffer.from(record?.slice(32) ?? "", "hex");
      expect((bits[Number(bit) >> 3] ?? 0) & (1 << (Number(bit) & 7)), `${first}, bit ${bit}`).not.toBe(0);
    }
  });
});

describe("sticky addresses", () => {
  test("are where the page says", ({ network }) => {
    network.add({ subnet: "10.1.2.0/24", sticky: true }, { container: "c1" });
    const bytes = readFileSync(network.stateFile("sticky"));
    expect(bytes.toString("latin1", 0, 16)).toBe("lxc-cni sticky 1");
    const start = (1 + 706) * pageSize;
    expect(bytes.toString("hex", start, start + recordSize)).toBe(
      "71eac2c1e7fdd98f6a9b140923123287" + "00000000000000000000ffff0a010202",
    );
    expect(formats.section("Sticky addresses")).toContain("1024 pages of 128 records");
    expect(statSync(network.stateFile("sticky")).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(network.stateFile("sticky"))).mode & 0o777).toBe(0o700);
  });
});

/** The index of a directory with leases of the page's examples, and 100 others. */
function indexOf(network: Network): Buffer {
  for (let octet = 2; octet < 102; octet++) network.write(`10.200.0.${octet}`, `x${octet}\r\neth0`);
  for (const address of ["10.10.0.2", "10.10.255.200", "fd00:10:10::2", "fd00:10:10::1:8081"]) {
    network.write(address, "example\r\neth0");
  }
  network.write("10.9.9.1", "web-qkwznmfy\r\neth0");
  network.write("10.9.9.2", "web-qkwznmfy");
  network.write("fd00::ff", "");
  network.write("note", "nothing");
  network.add({ subnet: "10.9.9.0/24" }, { container: "c1", arguments: "IP=10.9.9.3" });
  return readFileSync(network.stateFile("index"));
}

/** The records of a page, in hexadecimal. */
function recordsIn(bytes: Buffer, page: number): string[] {
  const start = page * pageSize;
  const count = bytes.readUInt16LE(start);
  return Array.from({ length: count }, (_, index) => {
    const place = start + recordSize * (1 + index);
    return bytes.toString("hex", place, place + recordSize);
  });
}
