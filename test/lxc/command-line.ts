import { expect } from "vitest";
import { recipe } from "../bridge/recipe.ts";
import type { Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";

/** Two networks: `simplenet` (10.10.0.0/16) and `backnet` (10.20.0.0/16). */
export async function writeNetworks(host: Host): Promise<void> {
  await host.write("/etc/lxc-cni/net.d/10-simplenet.conf", JSON.stringify(recipe));
  const ipam = { type: "host-local", ranges: [[{ subnet: "10.20.0.0/16" }]] };
  const backnet = {
    cniVersion: "1.0.0",
    name: "backnet",
    type: "bridge",
    bridge: "cnibr1",
    isGateway: true,
    ipam,
  };
  await host.write("/etc/lxc-cni/net.d/20-backnet.conf", JSON.stringify(backnet));
}

/** Runs `lxc-cni`, which may fail. */
export function attempt(
  host: Host,
  { directory, environment }: Variant,
  words: readonly string[],
): Promise<Outcome> {
  return host.attempt([`${directory}/lxc-cni`, ...words], { env: environment });
}

/** Runs `lxc-cni`. @returns what it printed, without the last line end */
export async function lxcCni(host: Host, variant: Variant, ...words: string[]): Promise<string> {
  const { status, output, errors } = await attempt(host, variant, words);
  expect({ status, words, errors }).toEqual({ status: 0, words, errors });
  return output.trimEnd();
}

/** Runs `lxc-cni`, which fails, and says why. */
export async function expectRefused(
  host: Host,
  variant: Variant,
  words: readonly string[],
  problem: string,
): Promise<void> {
  const { status, errors } = await attempt(host, variant, words);
  expect({ status, errors }).toEqual({ status: 1, errors: expect.stringContaining(problem) });
}

/** A file, byte for byte. */
export async function read(host: Host, path: string): Promise<string> {
  return (await host.attempt(["cat", path])).output;
}
