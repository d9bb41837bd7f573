import { existsSync, rmSync } from "node:fs";
import { describe, expect, vi } from "vitest";
import { system } from "#system";
import { withLeases } from "../../ipam/host-local/lease-directory.ts";
import { lookAtLeases } from "../../ipam/host-local/look-at-leases.ts";
import { costOf, fill, index, leasedBy, other, slash16 } from "./many-leases.ts";
import { type Network, test } from "./network.ts";

/** The index when several are at work at once, or one ends half-way. */
describe("the index", () => {
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
