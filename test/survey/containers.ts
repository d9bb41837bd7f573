import { beforeEach, describe, expect } from "vitest";
import type { Outcome } from "../fixture/command.ts";
import { type Container, makeContainerOfProcess } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { missing, type Variant, variants } from "../fixture/variants.ts";

/** A network with all that a repair may have to mend. */
export const simplenet = {
  cniVersion: "1.1.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  ipMasq: true,
  hairpinMode: true,
  ipam: {
    type: "host-local",
    ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]],
  },
} as const;

/** Writes a network where lxc-cni looks for it. */
export async function writeNetwork(
  host: Host,
  network: { readonly name: string; readonly [key: string]: unknown },
): Promise<void> {
  await host.write(`/etc/lxc-cni/net.d/${network.name}.conflist`, JSON.stringify(network));
}

/** A container of LXC, as far as its hooks are concerned. */
export interface RunningContainer extends Container {
  readonly name: string;
  readonly pid: string;
  hook(type: "start-host" | "stop" | "post-stop"): Promise<Outcome>;
  /** Ends its process, as a crash does: no hook is called. */
  crash(): Promise<void>;
}

/** Starts a container, and attaches it as the hook does. */
export async function startContainer(
  host: Host,
  variant: Variant,
  name: string,
  networks: readonly string[] = ["simplenet"],
): Promise<RunningContainer> {
  const container = await makeContainerOfProcess(host, name);
  const pid = container.netns.split("/")[2] ?? "";
  const hook = (type: string) =>
    host.attempt([`${variant.directory}/lxc-cni`, "hook", ...networks], {
      env: {
        ...variant.environment,
        LXC_NAME: name,
        LXC_CONFIG_FILE: `/var/lib/lxc/${name}/config`,
        LXC_HOOK_VERSION: "1",
        LXC_HOOK_TYPE: type,
        LXC_PID: pid,
      },
    });
  expect(await hook("start-host")).toMatchObject({ status: 0, errors: "" });
  const crash = async () => {
    await container.lose();
    const isThere = async () => (await host.attempt(["test", "-e", `/proc/${pid}/ns/net`])).status === 0;
    await expect.poll(isThere).toBe(false);
    // A namespace that has ended takes its ports along a little later.
    const links = () => host.run(["ip", "-details", "link", "show", "type", "veth"]);
    await expect.poll(links).not.toMatch(new RegExp(` ${name}-[a-z2-7]{8} `));
  };
  return { ...container, name, pid, hook, crash };
}

/**
 * Describes a behaviour of commands by the native executables. By Node, each takes its time to start: the tests of `ls` and
 * `repair` show that what they share works there, too.
 */
export function describeNative(behaviour: string, body: (variant: Variant) => void): void {
  for (const variant of variants.filter(({ name }) => name.startsWith("bin"))) {
    describe(`${behaviour} [${variant.name}]`, () => {
      const reason = missing(variant);
      if (reason !== undefined) beforeEach(({ skip }) => skip(reason));
      body(variant);
    });
  }
}

/** Runs lxc-cni. */
export function lxcCni(host: Host, variant: Variant, ...words: readonly string[]): Promise<Outcome> {
  return host.attempt([`${variant.directory}/lxc-cni`, ...words], { env: variant.environment });
}

/** What a command prints with `--json`. */
export async function json(host: Host, variant: Variant, ...words: readonly string[]) {
  const { output, errors } = await lxcCni(host, variant, ...words, "--json");
  expect(output, errors).not.toBe("");
  return JSON.parse(output);
}

/** The only port of the host. */
export async function portOf(host: Host): Promise<string> {
  const [port] = JSON.parse(await host.run(["ip", "-json", "link", "show", "type", "veth"]));
  return port.ifname;
}

/** Starts many containers, `c1`, `c2` and so on, within one command. */
export async function startMany(
  host: Host,
  { directory, environment }: Variant,
  count: number,
): Promise<void> {
  const script = `
for n in $(seq ${count}); do
  pid=$(unshare --net sh -c 'sleep infinity < /dev/null > /dev/null 2>&1 & echo $!')
  LXC_NAME=c$n LXC_CONFIG_FILE=/var/lib/lxc/c$n/config LXC_HOOK_VERSION=1 LXC_HOOK_TYPE=start-host LXC_PID=$pid \\
    ${directory}/lxc-cni hook simplenet > /dev/null || exit 1
done`;
  await host.run(["sh", "-c", script], { env: environment, deadline: 60_000 });
}
