import { rmSync } from "node:fs";
import { expect, vi } from "vitest";
import { system } from "#system";
import { withLeases } from "../../ipam/host-local/lease-directory.ts";
import { test } from "./network.ts";

const slash24 = { subnet: "10.1.2.0/24" };

// No file system that can be mounted here lacks flock(2). Its refusal is all that is made up: the other lock is real.
test.for(["ENOLCK", "ENOTSUP", "ENOSYS"])(
  "where flock fails with %s, a lock of the host takes its place",
  (code, { network }) => {
    const { lock } = system;
    const instead = `${network.directory}.locks`;
    const taken: string[] = [];
    const spy = vi.spyOn(system, "lock").mockImplementation((path, options) => {
      if (path === `${network.directory}/lock`) {
        // The file is opened before, which is where a missing directory shows.
        lock(path, options)?.release();
        throw Object.assign(new Error(`${code}: flock`), { code, syscall: "flock" });
      }
      taken.push(path);
      system.makeDirectory(instead, 0o755);
      return lock(path.replace("/run/lxc-cni/locks", instead), options);
    });
    expect(network.add(slash24)).toEqual(["10.1.2.2/24"]);
    expect(new Set(taken)).toEqual(
      new Set([expect.stringMatching(/^\/run\/lxc-cni\/locks\/leases-[0-9a-f]{3}$/)]),
    );
    withLeases(network.directory, () => {
      expect(() => withLeases(network.directory, () => expect.fail("both hold the lock"), 20)).toThrow(
        expect.objectContaining({ code: 11 }),
      );
    });
    network.del(slash24);
    expect(network.leases()).toEqual({});
    spy.mockRestore();
    rmSync(instead, { recursive: true });
  },
);

test("where there is no lock at all, calls say so", ({ network }) => {
  network.write("last_reserved_ip.0", "");
  const spy = vi.spyOn(system, "lock").mockImplementation(() => {
    throw Object.assign(new Error("ENOLCK: No locks available, flock"), { code: "ENOLCK", syscall: "flock" });
  });
  expect(() => network.add(slash24)).toThrow(
    expect.objectContaining({
      code: 5,
      message: `cannot lock the leases in ${network.directory}`,
      details: expect.stringContaining("ENOLCK"),
    }),
  );
  spy.mockRestore();
});
