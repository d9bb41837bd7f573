import { expect } from "vitest";
import type { Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";

/** A command line as cnitool has it, for the namespace `/run/netns/blue` and the network `net` unless it says others. */
export interface NetnsLine {
  readonly host: Host;
  /** Whose `lxc-cni`. */
  readonly variant: Variant;
  /** CNI_PATH */
  readonly plugins: string;
  readonly verb: string;
  /** In place of NETWORK and NETNS. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Where the networks of these tests are. */
export const netConfPath = "/etc/cnitool.d";

/** The namespace, and what libcni's cnitool calls the container in it: `sha512sum` of the path, its first 20 digits. */
export const blue = { netns: "/run/netns/blue", container: "cnitool-df26705e2e4ffd095eb1" };

/** Runs `lxc-cni` by a command line as cnitool has it. */
export function byNetns({
  host,
  variant,
  plugins,
  verb,
  words = ["net", blue.netns],
  env,
  cwd = "/",
}: NetnsLine): Promise<Outcome> {
  // nsenter has a directory of its own for the command.
  const line = ["env", `--chdir=${cwd}`, `${variant.directory}/lxc-cni`, verb, ...words];
  return host.attempt(line, {
    env: { ...variant.environment, NETCONFPATH: netConfPath, CNI_PATH: plugins, ...env },
  });
}

/** A network of plugins of these types, all of which want a MAC. */
export function networkOf(types: readonly string[], more: object = {}): string {
  const plugins = types.map((type) => ({ type, capabilities: { mac: true } }));
  return JSON.stringify({ cniVersion: "1.1.0", name: "net", plugins, ...more });
}

/** What plugins answer to ADD. */
export const result = { cniVersion: "1.1.0", ips: [{ address: "10.9.0.2/24" }] };

/** What a plugin answers that fails. */
export const failing = (code: number, msg: string) => ({ prints: { code, msg }, status: 1 });

/** Where runtimes keep results, and that of the namespace blue. */
export const results = "/var/lib/cni/results";
export const cacheFile = `${results}/net-${blue.container}-eth0`;

/** Writes a network, and attaches the namespace blue to it. */
export async function attach(line: Omit<NetnsLine, "verb">, source: string): Promise<void> {
  await line.host.write(blue.netns, "");
  await line.host.write(`${netConfPath}/net.conflist`, source);
  expect(await byNetns({ ...line, verb: "add" })).toMatchObject({ status: 0 });
}
