import { utimesSync } from "node:fs";
import { describe, expect, vi } from "vitest";
import { system } from "#system";
import { timeBeforeBoot } from "../../ipam/host-local/boot-time.ts";
import { areLeasesOfEarlierBoot } from "../../ipam/host-local/leased.ts";
import { requireContainerId, requireNetworkName } from "../../lib/cni/names.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import { type Network, test } from "./network.ts";

const ranges = [[{ subnet: "10.1.0.0/24" }], [{ subnet: "fd00::/64" }]];

/** Whether the leases of `dummy` are told to be of an earlier boot. */
function areOld(network: Network): boolean {
  const attachment = {
    network: requireNetworkName("net0"),
    container: requireContainerId("dummy"),
    interface: parseLinkName("eth0") ?? expect.fail(),
  };
  return areLeasesOfEarlierBoot({ ipam: { dataDir: network.directory.replace(/\/net0$/, "") } }, attachment);
}

/** Has a lease be written so many seconds before the time that is before this boot for sure. */
function backdate(network: Network, name: string, seconds: number): void {
  const before = Number((timeBeforeBoot() ?? expect.fail("nobody knows when that was")) / 1_000_000_000n);
  utimesSync(`${network.directory}/${name}`, before - seconds, before - seconds);
}

describe("leases are of an earlier boot", () => {
  test("where all of them are, and each is older by a margin", ({ network }) => {
    expect(areOld(network)).toBe(false);
    network.add({ ranges });
    expect(areOld(network)).toBe(false);
    backdate(network, "10.1.0.2", 10);
    expect(areOld(network)).toBe(false);
    backdate(network, "fd00::2", 10);
    expect(areOld(network)).toBe(true);
    // A clock that was off by half a minute when it was written.
    backdate(network, "fd00::2", -30);
    expect(areOld(network)).toBe(false);
  });

  test("but not where the clock was set after boot, by years, when they had been written", ({ network }) => {
    network.add({ ranges });
    for (const name of ["10.1.0.2", "fd00::2"]) utimesSync(`${network.directory}/${name}`, 600, 600);
    expect(areOld(network)).toBe(true);
    // What the kernel made first of all, the device /dev/null, is of 1970 then.
    const status = vi.mocked(system.status);
    const real = status.getMockImplementation() ?? expect.fail();
    status.mockImplementation((path) => {
      const found = real(path);
      return path === "/dev/null" && found ? { ...found, modified: 5_000_000_000n } : found;
    });
    expect(areOld(network)).toBe(false);
  });

  test("but not where one of them ends while it is looked at", ({ network }) => {
    network.add({ ranges });
    for (const name of ["10.1.0.2", "fd00::2"]) backdate(network, name, 10);
    const status = vi.mocked(system.status);
    const real = status.getMockImplementation() ?? expect.fail();
    status.mockImplementation((path) => {
      if (path === `${network.directory}/10.1.0.2`) network.del({ ranges });
      return real(path);
    });
    expect(areOld(network)).toBe(false);
  });
});
