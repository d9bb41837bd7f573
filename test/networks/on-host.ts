import type { Outcome } from "../fixture/command.ts";
import type { Host } from "../fixture/host.ts";
import type { Variant } from "../fixture/variants.ts";

/** Runs `lxc-cni WORD...` on a host; it may fail. */
export function attemptLxcCni(host: Host, variant: Variant, ...words: string[]): Promise<Outcome> {
  return host.attempt([`${variant.directory}/lxc-cni`, ...words], { env: { ...variant.environment } });
}

/** The same, which must not fail, and prints JSON. */
export async function jsonOf(host: Host, variant: Variant, ...words: string[]) {
  const { status, output, errors } = await attemptLxcCni(host, variant, ...words, "--json");
  if (output === "") throw new Error(`lxc-cni ${words.join(" ")}: ${status} ${errors}`);
  return JSON.parse(output);
}

/** The configuration that `network create` wrote. */
export async function readConfiguration(host: Host, name: string) {
  return JSON.parse(await host.run(["cat", `/etc/lxc-cni/net.d/${name}.conflist`]));
}

/** The subnets of a configuration, in the order of their range sets. */
export async function subnetsOn(host: Host, name: string): Promise<string[]> {
  const { plugins } = await readConfiguration(host, name);
  return plugins[0].ipam.ranges.map(([range]: [{ subnet: string }]) => range.subnet);
}
