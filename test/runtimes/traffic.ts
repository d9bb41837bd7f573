import { vi } from "vitest";
import { type CommandOptions, outputOf } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";

/** Somewhere from where traffic can start: a host, or a network namespace on it. */
export interface Place {
  run(argv: readonly string[], options?: CommandOptions): Promise<string>;
}

/** A network namespace of a host, which programs of the host are run in. */
export function placeIn(host: Host, netns: string): Place {
  return {
    run: async (argv, options) =>
      outputOf(await host.attempt(["nsenter", `--net=${netns}`, "--", ...argv], options)),
  };
}

/** What a server answers at an address: the name of the container that serves there. Waits until it does. */
export function nameServedAt(address: string, from: Place): Promise<string> {
  const url = `http://${address}/`;
  return vi.waitFor(() => from.run(["timeout", "3", "busybox", "wget", "-q", "-O", "-", url]), {
    timeout: 20_000,
    interval: 50,
  });
}

/** Pings an address once. @throws CommandFailed when no answer comes */
export async function ping(address: string, from: Place): Promise<void> {
  await from.run(["ping", "-c", "1", "-W", "5", address]);
}

/** The addresses in a namespace that reach farther than their link, the IPv4 one first. */
export async function addressesIn(place: Place): Promise<string[]> {
  const text = await place.run(["ip", "-o", "address", "show", "dev", "eth0", "scope", "global"]);
  return [...text.matchAll(/inet6? ([^/ ]+)/g)].map(([, address = ""]) => address);
}
