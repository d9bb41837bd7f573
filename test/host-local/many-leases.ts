import { existsSync } from "node:fs";
import { expect, vi } from "vitest";
import { system } from "#system";
import { leasedAddresses } from "../../ipam/host-local/leased.ts";
import { requireContainerId, requireNetworkName } from "../../lib/cni/names.ts";
import { formatAddress } from "../../lib/ip/address.ts";
import { parseLinkName } from "../../lib/ip/link-name.ts";
import type { Network } from "./network.ts";

/** The range of most of these tests, and a container that comes to the others. */
export const slash16 = { subnet: "10.1.0.0/16" };
export const other = { container: "other" };

/** Leases of containers `c2`, `c3` and so on, from 10.1.0.2 on. */
export function fill(network: Network, count: number): void {
  for (let number = 2; number < count + 2; number++) {
    network.write(`10.1.${number >> 8}.${number & 0xff}`, `c${number}\r\neth0`);
  }
}

/** Has an index be made. */
export function index(network: Network): void {
  network.add(slash16, { container: "index" });
  network.del(slash16, { container: "index" });
  expect(existsSync(network.stateFile("index"))).toBe(true);
}

/** Which leases a call reads, and how many times it creates one or tries to. */
export function costOf(network: Network, call: () => void): { reads: number; creations: number } {
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

/** What others are told that a container holds. */
export function leasedBy(network: Network, container: string): string[] {
  const dataDir = network.directory.replace(/\/net0$/, "");
  const attachment = {
    network: requireNetworkName("net0"),
    container: requireContainerId(container),
    interface: parseLinkName("eth0") ?? expect.fail(),
  };
  return leasedAddresses({ ipam: { dataDir } }, attachment).map(formatAddress);
}
