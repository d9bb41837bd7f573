import { existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, vi } from "vitest";
import { system } from "#system";
import { costOf, fill, index, leasedBy, other, slash16 } from "./many-leases.ts";
import { test } from "./network.ts";

describe("the index", () => {
  test("is not made for few leases, and deleted when there are few again", ({ network }) => {
    fill(network, 60);
    network.add(slash16);
    expect(existsSync(network.stateFile("index"))).toBe(false);
    fill(network, 80);
    index(network);
    for (let number = 2; number < 60; number++) network.del(slash16, { container: `c${number}` });
    expect(existsSync(network.stateFile("index"))).toBe(false);
    network.del(slash16, { container: "c70" });
    expect(existsSync(`${network.directory}/10.1.0.70`)).toBe(false);
  });

  test("is not made for files that are no leases, and where it is kept, not for them", ({ network }) => {
    fill(network, 20);
    for (let number = 0; number < 80; number++) network.write(`note-${number}`, "printer");
    const looks = Array.from({ length: 4 }, (_, round) => {
      network.add(slash16, { container: `r${round}` });
      return existsSync(network.stateFile("index"));
    });
    expect(looks).toEqual([false, false, false, false]);
    fill(network, 80);
    index(network);
    for (let number = 2; number < 60; number++) network.del(slash16, { container: `c${number}` });
    expect(existsSync(network.stateFile("index"))).toBe(false);
  });

  test("is believed no longer when somebody removes a lease", ({ network }) => {
    fill(network, 100);
    index(network);
    rmSync(`${network.directory}/10.1.0.50`);
    network.write("last_reserved_ip.0", "10.1.0.49");
    rmSync(`${network.directory}/10.1.0.60`);
    expect(network.add(slash16)).toEqual(["10.1.0.50/16"]);
    expect(() => network.check(slash16, { container: "c50" })).toThrow("Failed to find address");
    network.write("last_reserved_ip.0", "10.1.0.59");
    expect(network.add(slash16, other)).toEqual(["10.1.0.60/16"]);
  });

  test("is believed no longer when somebody makes a lease: it is found, and not given to others", ({
    network,
  }) => {
    fill(network, 100);
    index(network);
    network.write("10.1.0.103", "hand\r\neth0");
    network.write("10.1.0.104", "old");
    network.write("last_reserved_ip.0", "10.1.0.102");
    network.check(slash16, { container: "hand" });
    expect(network.add(slash16)).toEqual(["10.1.0.105/16"]);
    expect(() => network.add(slash16, { container: "hand" })).toThrow("duplicate allocation");
    network.del(slash16, { container: "hand" });
    network.del(slash16, { container: "old" });
    expect(Object.keys(network.leases())).not.toContain("10.1.0.103");
    expect(Object.keys(network.leases())).not.toContain("10.1.0.104");
  });

  test("is believed no longer when a lease is moved to another address, or given to somebody else", ({
    network,
  }) => {
    fill(network, 100);
    index(network);
    renameSync(`${network.directory}/10.1.0.50`, `${network.directory}/10.1.1.50`);
    network.del(slash16, { container: "c50" });
    expect(Object.keys(network.leases())).not.toContain("10.1.1.50");
    // In its place: the directory does not show it.
    writeFileSync(`${network.directory}/10.1.0.51`, "hand\r\neth0");
    network.del(slash16, { container: "c51" });
    expect(network.read("10.1.0.51")).toBe("hand\r\neth0");
    network.del(slash16, { container: "hand" });
    expect(Object.keys(network.leases())).not.toContain("10.1.0.51");
  });

  test("does not take an empty file for a lease, nor give away what was written into it", ({ network }) => {
    fill(network, 100);
    network.write("10.1.0.103", "");
    network.write("10.1.0.104", "");
    index(network);
    network.write("10.1.0.103", "hand\r\neth0");
    network.write("last_reserved_ip.0", "10.1.0.102");
    expect(network.add(slash16)).toEqual(["10.1.0.104/16"]);
    network.del(slash16, { container: "hand" });
    expect(network.read("10.1.0.104")).toBe("dummy\r\neth0");
    expect(Object.keys(network.leases())).not.toContain("10.1.0.103");
  });

  test("counts what was written into empty files", ({ network }) => {
    const full = { subnet: "10.1.0.0/25" };
    fill(network, 125);
    const names = Array.from({ length: 10 }, (_, octet) => `10.9.0.${octet}`);
    for (const name of names) network.write(name, "");
    index(network);
    expect(() => network.status(full)).toThrow("no IP addresses available");
    for (const name of names) network.write(name, `${name}\r\neth0`);
    for (const name of names) network.del(slash16, { container: name });
    expect(() => network.status(full)).toThrow("no IP addresses available");
  });

  test("leaves out nothing: names that are no addresses, addresses in other spellings, several of one holder", ({
    network,
  }) => {
    fill(network, 100);
    for (const name of ["note", "FD00::9", "10.9.9.9", "fd00::1"]) network.write(name, "odd\r\neth0");
    index(network);
    expect(leasedBy(network, "odd")).toEqual(["10.9.9.9", "fd00::1", "fd00::9"]);
    network.del(slash16, { container: "odd" });
    expect(Object.keys(network.leases())).toHaveLength(100);
  });

  test("is kept beside an address in another spelling: a call reads that file, and no lease", ({
    network,
  }) => {
    fill(network, 100);
    network.write("fd00:0::9", "odd\r\neth0");
    index(network);
    expect(costOf(network, () => network.add(slash16, other))).toEqual({ reads: 0, creations: 1 });
    expect(leasedBy(network, "odd")).toEqual(["fd00::9"]);
  });

  test("is done without where there are too many of those, and files that nobody can tell what they are", ({
    network,
  }) => {
    fill(network, 100);
    index(network);
    for (let number = 0; number < 500; number++) network.write(`reserved-${number}`, "printer");
    expect(network.add(slash16, other)).toEqual(["10.1.0.103/16"]);
    expect(existsSync(network.stateFile("index"))).toBe(false);
    network.check(slash16, other);
    network.del(slash16, { container: "printer" });
    expect(Object.keys(network.leases())).toHaveLength(101);
    index(network);
  });

  test("is done without where names that look like addresses are too many", ({ network }) => {
    fill(network, 100);
    for (let number = 0; number < 500; number++) network.write(`10.1.300.${number}`, "printer");
    expect(network.add(slash16)).toEqual(["10.1.0.102/16"]);
    expect(existsSync(network.stateFile("index"))).toBe(false);
  });

  test("has room for very many files that hold the same", ({ network }) => {
    fill(network, 10);
    for (let number = 0; number < 300; number++)
      network.write(`10.7.${number >> 7}.${number & 127}`, "reserved");
    index(network);
    network.del(slash16, { container: "c5" });
    expect(leasedBy(network, "reserved")).toHaveLength(300);
    network.del(slash16, { container: "reserved" });
    expect(Object.keys(network.leases())).toHaveLength(9);
  });

  test("is of no use after the machine went down: a disk may have some parts of it and not others", ({
    network,
  }) => {
    fill(network, 100);
    index(network);
    const file = network.stateFile("index");
    const bytes = readFileSync(file);
    // The boot, in the first page; then a table without records.
    bytes.fill(7, 16, 52).fill(0, 4096);
    writeFileSync(file, bytes);
    network.check(slash16, { container: "c50" });
    expect(costOf(network, () => network.check(slash16, { container: "c51" })).reads).toBe(1);
  });

  test.for([
    ["empty", Buffer.alloc(0)],
    ["cut off", Buffer.from("lxc-cni leases 1")],
    ["all ones", Buffer.alloc(3 * 4096, 0xff)],
    ["text", Buffer.from("nonsense\n".repeat(2000))],
  ] as const)("that is %s does no harm", ([, content], { network }) => {
    fill(network, 100);
    index(network);
    writeFileSync(network.stateFile("index"), content);
    expect(() => network.add(slash16, { container: "c50" })).toThrow("duplicate");
    expect(network.add(slash16)).toEqual(["10.1.0.103/16"]);
    expect(costOf(network, () => network.check(slash16)).reads).toBe(1);
  });

  test("that says wrong things of a directory gives no address away, and loses none", ({ network }) => {
    fill(network, 100);
    index(network);
    const file = network.stateFile("index");
    const bytes = readFileSync(file);
    // Every record is gone, but the first page says nothing of it.
    writeFileSync(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096)]));
    network.write("last_reserved_ip.0", "10.1.0.20");
    expect(network.add(slash16)).toEqual(["10.1.0.102/16"]);
    expect(network.read("10.1.0.21")).toBe("c21\r\neth0");
    network.del(slash16, { container: "c50" });
    expect(Object.keys(network.leases())).not.toContain("10.1.0.50");
  });

  test("cannot be fooled by somebody who sets the directory's time back", ({ network }) => {
    fill(network, 100);
    index(network);
    const { modified = 0n } = system.status(network.directory) ?? {};
    network.write("10.1.0.200", "hand\r\neth0");
    utimesSync(network.directory, Number(modified / 1_000_000_000n), Number(modified / 1_000_000_000n));
    network.del(slash16, { container: "hand" });
    expect(Object.keys(network.leases())).not.toContain("10.1.0.200");
  });

  test.for(["openFile", "setModified"] as const)(
    "is done without where %s is refused",
    (name, { network }) => {
      fill(network, 100);
      const refused = Object.assign(new Error("EROFS: read-only file system"), {
        code: "EROFS",
        syscall: "open",
      });
      const spy = vi.spyOn(system, name).mockImplementation(() => {
        throw refused;
      });
      expect(network.add(slash16)).toEqual(["10.1.0.102/16"]);
      network.check(slash16);
      network.status(slash16);
      network.del(slash16);
      expect(() => network.check(slash16)).toThrow("Failed to find address");
      expect(() => network.add(slash16, { container: "c50" })).toThrow("duplicate");
      expect(spy).toHaveBeenCalled();
      spy.mockRestore();
    },
  );

  test("is made anew, and keeps nothing of what it said", ({ network }) => {
    fill(network, 100);
    for (let round = 0; round < 5; round++) {
      index(network);
      network.write(`10.1.1.${round}`, "hand\r\neth0");
    }
    network.check(slash16, { container: "c50" });
    const bytes = readFileSync(network.stateFile("index"));
    const pages = Array.from({ length: 2048 }, (_, page) => bytes.readUInt16LE((1 + page) * 4096));
    expect(pages.reduce((sum, records) => sum + records)).toBe(105);
  });
});
