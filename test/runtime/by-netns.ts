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
