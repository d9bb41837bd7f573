import { existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, vi } from "vitest";
import { system } from "#system";
import { withLeases } from "../../ipam/host-local/lease-directory.ts";
import { leasedAddresses } from "../../ipam/host-local/leased.ts";
import { lookAtLeases } from "../../ipam/host-local/look-at-leases.ts";
import { requireContainerId, requireNetworkName } from "../../lib/cni/names.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import { type Network, test } from "./network.ts";

const slash16 = { subnet: "10.1.0.0/16" };
const other = { container: "other" };

/** Leases of containers `c2`, `c3` and so on, from 10.1.0.2 on. */
function fill(network: Network, count: number): void {
  for (let number = 2; number < count + 2; number++) {
    network.write(`10.1.${number >> 8}.${number & 0xff}`, `c${number}\r\neth0`);
  }
}

/** Has an index be made. */
function index(network: Network): void {
  network.add(slash16, { container: "index" });
  network.del(slash16, { container: "index" });
  expect(existsSync(network.stateFile("index"))).toBe(true);
}

/** Which leases a call reads, and how many times it creates one or tries to. */
function costOf(network: Network, call: () => void): { reads: number; creations: number } {
  const reads = vi.spyOn(system, "readRegular");
  const before = reads.mock.calls.length;
  const creations = vi.spyOn(system, "createFile");
  call();
  const paths = reads.mock.calls.slice(before).map(([path]) => path);
  const leases = paths.filter((path) => path.startsWith(`${network.directory}/10.`));
  const cost = { reads: leases.length, creations: creations.mock.calls.length };
  creations.mockRestore();
  return cost;
}

describe("with many leases, a call", () => {
  test("reads no others than it is about", ({ network }) => {
    fill(network, 100);
    index(network);
    expect(costOf(network, () => network.add(slash16, other))).toEqual({ reads: 0, creations: 1 });
    expect(costOf(network, () => network.check(slash16, other))).toEqual({ reads: 1, creations: 0 });
    expect(costOf(network, () => expect(() => network.add(slash16, other)).toThrow("duplicate"))).toEqual({
      reads: 1,
      creations: 0,
    });
    expect(costOf(network, () => network.del(slash16, other)).reads).toBeLessThan(4);
    expect(costOf(network, () => network.del(slash16, other))).toEqual({ reads: 0, creations: 0 });
    expect(costOf(network, () => network.status(slash16))).toEqual({ reads: 0, creations: 0 });
  });

  test("finds the one free address without trying others", ({ network }) => {
    fill(network, 253);
    const slash24 = { subnet: "10.1.0.0/24" };
    index(network);
    network.del(slash24, { container: "c200" });
    network.write("last_reserved_ip.0", "10.1.0.200");
    network.check(slash24, { container: "c201" });
    expect(costOf(network, () => expect(network.add(slash24)).toEqual(["10.1.0.200/24"]))).toEqual({
      reads: 0,
      creations: 1,
    });
    expect(() => network.add(slash24, other)).toThrow(expect.objectContaining({ code: 110 }));
    expect(() => network.status(slash24)).toThrow("no IP addresses available");
  });

  test("looks for leases of an earlier boot once, and fails at once when the set is still exhausted", ({
    network,
  }) => {
    fill(network, 253);
    const slash24 = { subnet: "10.1.0.0/24" };
    network.del(slash24, { container: "c200" });
    network.add(slash24);
    const attempt = () => expect(() => network.add(slash24, other)).toThrow("no IP addresses available");
    expect(costOf(network, attempt).reads).toBe(253);
    expect(costOf(network, attempt)).toEqual({ reads: 0, creations: 0 });
    network.del(slash24);
    expect(network.add(slash24, other)).toEqual(["10.1.0.200/24"]);
  });

  test("looks for them once also where a set before the exhausted one gives an address", ({ network }) => {
    fill(network, 253);
    index(network);
    const ranges = [[{ subnet: "10.2.0.0/24" }], [{ subnet: "10.1.0.0/24" }]];
    const attempt = () => expect(() => network.add({ ranges }, other)).toThrow("no IP addresses available");
    // One is the lease of the first set, which ends again.
    expect(costOf(network, attempt).reads).toBe(254);
    expect(costOf(network, attempt).reads).toBe(1);
  });

  test("does not take for granted that they were looked for in an earlier boot", ({ network }) => {
    fill(network, 253);
    index(network);
    const slash24 = { subnet: "10.1.0.0/24" };
    const attempt = () => expect(() => network.add(slash24, other)).toThrow("no IP addresses available");
    expect(costOf(network, attempt).reads).toBe(253);
    const file = network.stateFile("index");
    writeFileSync(file, readFileSync(file).fill(7, 16, 52));
    network.check(slash24, { container: "c50" });
    expect(costOf(network, attempt).reads).toBe(253);
  });

  test("counts what is used of an exhausted set", ({ network }) => {
    fill(network, 100);
    index(network);
    const ranges = [[{ subnet: "10.1.0.0/26" }], [{ subnet: "fd00::/64" }], [slash16]].slice(0, 2);
    expect(() => network.status({ ranges })).toThrow(
      expect.objectContaining({
        details: expect.stringContaining(
          "range set 0: 61 used, 0 free; range set 1: 0 used, 18446744073709551614 free",
        ),
      }),
    );
  });
});

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

  test("notices a change that comes within the same tick of the kernel's clock", ({ network }) => {
    fill(network, 100);
    index(network);
    for (let round = 0; round < 40; round++) {
      const container = `r${round}`;
      network.add(slash16, { container });
      network.write(`10.1.9.${round}`, `hand${round}\r\neth0`);
      expect(leasedBy(network, `hand${round}`)).toEqual([`10.1.9.${round}`]);
      network.del(slash16, { container });
      rmSync(`${network.directory}/10.1.9.${round}`);
      expect(leasedBy(network, `hand${round}`)).toEqual([]);
    }
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

  test("is not written where a call does not know what became of a lease", ({ network }) => {
    fill(network, 100);
    index(network);
    const broken = () => {
      throw Object.assign(new Error("EIO: i/o error"), { code: "EIO", syscall: "link" });
    };
    const { createFile } = system;
    const create = vi
      .spyOn(system, "createFile")
      .mockImplementation((...file) => createFile(...file) && broken());
    const remove = vi.spyOn(system, "removeFile");
    const removeAsEver = remove.getMockImplementation() ?? expect.fail();
    remove.mockImplementation(broken);
    expect(() => network.add(slash16)).toThrow(expect.objectContaining({ code: 5 }));
    create.mockRestore();
    remove.mockImplementation(removeAsEver);
    expect(network.read("10.1.0.103")).toBe("dummy\r\neth0");
    network.del(slash16);
    expect(Object.keys(network.leases())).not.toContain("10.1.0.103");
  });

  test("is not believed by one that looks while somebody changes leases", ({ network }) => {
    fill(network, 100);
    index(network);
    const looks: (string[] | undefined)[] = [];
    const found = lookAtLeases(network.directory, (known) => {
      if (looks.length === 0) network.write("10.1.0.200", "hand\r\neth0");
      looks.push(known.namesHolding("hand\r\neth0"));
      return looks.at(-1);
    });
    expect(looks[0]).toEqual([]);
    expect(found).toEqual(["10.1.0.200"]);
  });

  test("is believed by nobody when a call was killed that made it anew within the tick of the last mark", ({
    network,
  }) => {
    stopTicks(network);
    fill(network, 100);
    network.write("last_reserved_ip.0", "10.1.0.101");
    network.check(slash16, { container: "c50" });
    expect(existsSync(network.stateFile("index"))).toBe(true);
    rmSync(`${network.directory}/10.1.0.50`);
    expect(() => killedAtMark(() => network.add(slash16))).toThrow(Killed);
    expect(leasedBy(network, "dummy")).toEqual(["10.1.0.102"]);
    expect(leasedBy(network, "c50")).toEqual([]);
    network.write("last_reserved_ip.0", "10.1.0.49");
    expect(network.add(slash16, other)).toEqual(["10.1.0.50/16"]);
  });

  test("is believed by nobody when a call was killed that changed it within the tick of the last mark", ({
    network,
  }) => {
    stopTicks(network);
    const full = { subnet: "10.1.0.0/25" };
    fill(network, 124);
    network.add(full);
    network.del(full);
    network.status(full);
    expect(() => killedAtMark(() => network.add(full))).toThrow(Killed);
    expect(() => network.status(full)).toThrow("no IP addresses available");
  });

  test("has a lease that somebody made without the lock, while a call had read everything", ({ network }) => {
    fill(network, 100);
    const { createFile } = system;
    const create = vi.spyOn(system, "createFile").mockImplementationOnce((path, ...file) => {
      network.write("10.1.0.102", "hand\r\neth0");
      return createFile(path, ...file);
    });
    expect(network.add(slash16)).toEqual(["10.1.0.103/16"]);
    create.mockRestore();
    expect(costOf(network, () => network.check(slash16)).reads).toBe(1);
    expect(leasedBy(network, "hand")).toEqual(["10.1.0.102"]);
    network.del(slash16, { container: "hand" });
    expect(Object.keys(network.leases())).not.toContain("10.1.0.102");
  });

  test("is believed as ever when all calls are within one tick", ({ network }) => {
    stopTicks(network);
    fill(network, 100);
    index(network);
    for (let round = 0; round < 5; round++) {
      const container = `r${round}`;
      expect(costOf(network, () => network.add(slash16, { container })).reads).toBe(0);
      expect(costOf(network, () => network.check(slash16, { container })).reads).toBe(1);
    }
  });

  test("is made by calls that only look, unless somebody is at work on the leases", ({ network }) => {
    fill(network, 100);
    withLeases(network.directory, () => network.check(slash16, { container: "c50" }));
    rmSync(network.stateFile("index"));
    network.check(slash16, { container: "c50" });
    expect(costOf(network, () => network.check(slash16, { container: "c51" })).reads).toBe(1);
  });
});

/** Has all changes of the lease directory be within one tick of the clock, as far as its times tell. */
function stopTicks(network: Network): void {
  const tick = BigInt(Math.floor(Date.now() / 1000)) * 1_000_000_000n;
  const status = vi.mocked(system.status);
  const real = status.getMockImplementation() ?? expect.fail();
  status.mockImplementation((path) => {
    const found = real(path);
    if (path !== network.directory || found === undefined) return found;
    const { changed, modified } = found;
    return { ...found, changed: tick, modified: modified === changed ? tick : modified };
  });
}

class Killed extends Error {}

/** Does a call that ends when it has marked the directory for the first time. */
function killedAtMark(call: () => void): void {
  const { setModified } = system;
  const spy = vi.spyOn(system, "setModified").mockImplementation((path, time) => {
    setModified(path, time);
    throw new Killed();
  });
  try {
    call();
  } finally {
    spy.mockRestore();
  }
}

/** What others are told that a container holds. */
function leasedBy(network: Network, container: string): string[] {
  const dataDir = network.directory.replace(/\/net0$/, "");
  const attachment = {
    network: requireNetworkName("net0"),
    container: requireContainerId(container),
    interface: parseLinkName("eth0") ?? expect.fail(),
  };
  return leasedAddresses({ ipam: { dataDir } }, attachment).map(formatAddress);
}
