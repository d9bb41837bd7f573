import { expect } from "vitest";
import type { NetworkName } from "../../lib/cni/request.ts";
import type { LinkName } from "../../lib/ip/link-name.ts";
import { containerIdOf } from "../../lxc/container/id.ts";
import { usualMac } from "../../lxc/container/mac.ts";
import { succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import { bootHost, type Host } from "../fixture/host.ts";
import { networkOn } from "../fixture/network.ts";
import type { Fact } from "../fixture/observe/fact.ts";
import { addresses, links, routes } from "../fixture/observe/links.ts";
import { iptablesRules, nftablesRules } from "../fixture/observe/rules.ts";
import { sysctls } from "../fixture/observe/sysctls.ts";
import { test } from "../fixture/test.ts";
import { describeEngines } from "../runtime/engines.ts";

const ipv4 = { type: "host-local", subnet: "10.10.0.0/16" };
const both = { type: "host-local", ranges: [[{ subnet: "10.10.0.0/16" }], [{ subnet: "fd00:10:10::/64" }]] };
const common = { type: "bridge", bridge: "cnibr0", isDefaultGateway: true, hairpinMode: true, ipam: ipv4 };

/** Networks that between them need every kind of step that this machine's kernel can do. */
const networks: readonly [what: string, plugin: object][] = [
  ["plain, of an MTU", { ...common, mtu: 1400 }],
  ["ipMasq by iptables, both families", { ...common, ipMasq: true, ipMasqBackend: "iptables", ipam: both }],
  ["ipMasq by nftables, both families", { ...common, ipMasq: true, ipMasqBackend: "nftables", ipam: both }],
  [
    "ipMasq and forward for the network, by iptables",
    { ...common, ipMasq: true, ipMasqScope: "network", forward: "accept", ipam: both },
  ],
  [
    "ipMasq for the network, by nftables",
    { ...common, ipMasq: true, ipMasqScope: "network", ipMasqBackend: "nftables" },
  ],
  [
    "guarded ports that are isolated",
    { ...common, ipSpoofCheck: true, portIsolation: true, hairpinMode: false },
  ],
  [
    "routes, promiscMode",
    {
      ...common,
      hairpinMode: false,
      promiscMode: true,
      ipam: { ...ipv4, routes: [{ dst: "192.0.2.0/24" }] },
    },
  ],
  ["no addresses", { type: "bridge", bridge: "cnibr0" }],
];

describeEngines("explain", (variant) => {
  const explain = (host: Host, { id: name, netns }: Pick<Container, "id" | "netns">) =>
    host.run([`${variant.directory}/lxc-cni`, "explain", "simplenet", name, "--netns", netns], {
      env: { ...variant.environment },
    });

  // What is printed is the same on both engines, but for the time that it takes.
  for (const [what, plugin] of variant.name.startsWith("js") ? networks.slice(0, 2) : networks) {
    test(`prints commands that come to the same as an ADD: ${what}`, async ({ host }) => {
      const other = await bootHost();
      try {
        const configuration = { ...plugin, type: "bridge", cniVersion: "1.0.0", name: "simplenet" };
        for (const each of [host, other]) {
          await each.write("/etc/lxc-cni/net.d/simplenet.conf", JSON.stringify(configuration));
        }
        // The first one makes what is shared, the second one finds it.
        for (const name of ["web", "db"]) {
          const [real, explained] = [await containerOn(host, name), await containerOn(other, name)];
          const network = networkOn(host, variant, configuration);
          const script = await explain(other, { ...explained, id: name });
          succeeded(await network.add(real));
          await other.run(["sh", "-eu"], { input: script });
          expect(await stateOf(other, explained), script).toEqual(await stateOf(host, real));
          // What is leased is not part of the commands.
          await other.run(["sh", "-c", "mkdir -p /var/lib/cni/networks/simplenet"]);
          await copyLeases(host, other);
        }
      } finally {
        await other.end();
      }
    });
  }

  test("says of each step what it is for, and changes nothing", async ({ host }) => {
    const configuration = { ...common, ipMasq: true, cniVersion: "1.0.0", name: "simplenet" };
    await host.write("/etc/lxc-cni/net.d/simplenet.conf", JSON.stringify(configuration));
    const before = await stateOf(host);
    const script = await host.run([`${variant.directory}/lxc-cni`, "explain", "simplenet"], {
      env: { ...variant.environment },
    });
    expect(await stateOf(host)).toEqual(before);
    expect(script).toContain("host-local leases 10.10.0.2.");
    expect(script).toContain("nsenter --net=/proc/PID/ns/net ip address add 10.10.0.2/16");
    const steps = script.split("\n\n");
    expect(steps.length).toBeGreaterThan(10);
    for (const step of steps) expect(step).toMatch(/^# \S/);
    expect((await host.attempt(["ls", "/var/lib/cni"])).status).not.toBe(0);
  });

  test("has no line of a shell's that comes from a name", async ({ host }) => {
    const configuration = {
      ...{ cniVersion: "1.0.0", name: "simplenet" },
      plugins: [common, { type: "a\nreboot" }],
    };
    await host.write("/etc/lxc-cni/net.d/simplenet.conflist", JSON.stringify(configuration));
    const script = await explain(host, { id: "web\nreboot", netns: "/x\nreboot" });
    expect(script).toContain("# How web\\x0areboot is attached");
    await host.write("/run/reboot", "#!/bin/sh\necho REBOOT\n", 0o755);
    const { output, errors } = await host.attempt(["env", "PATH=/run", "/bin/sh", "-c", script]);
    expect(output + errors).not.toContain("REBOOT");
  });

  test("gives the container the MAC that the hook gives it, or the one that is asked for", async ({
    host,
  }) => {
    await host.write(
      "/etc/lxc-cni/net.d/simplenet.conflist",
      JSON.stringify({ cniVersion: "1.0.0", name: "simplenet", plugins: [common] }),
    );
    const usual = usualMac({
      network: "simplenet" as NetworkName,
      container: containerIdOf("web", "/var/lib/lxc"),
      interface: "eth0" as LinkName,
    });
    const macsOf = async (word: string) => {
      const script = await host.run([`${variant.directory}/lxc-cni`, "explain", word, "web"]);
      return /peer name eth0 address (\S+)/.exec(script)?.[1];
    };
    expect(await macsOf("simplenet")).toBe(usual);
    expect(await macsOf("simplenet,mac=02:00:00:00:00:07")).toBe("02:00:00:00:00:07");
    const refused = await host.attempt([`${variant.directory}/lxc-cni`, "explain", "simplenet,ip=10.1.2.3"]);
    expect(refused).toMatchObject({ status: 2, errors: expect.stringContaining("asks for others") });
  });

  test("says what it cannot know", async ({ host }) => {
    const attempt = (...words: string[]) =>
      host.attempt([`${variant.directory}/lxc-cni`, "explain", ...words], {
        env: { ...variant.environment },
      });
    const write = (name: string, plugins: object[]) =>
      host.write(
        `/etc/lxc-cni/net.d/${name}.conflist`,
        JSON.stringify({ cniVersion: "1.0.0", name, plugins }),
      );
    await write("other", [{ type: "macvlan" }]);
    await write("dhcp", [{ type: "bridge", ipam: { type: "dhcp" } }, { type: "portmap" }]);
    await write("bad", [{ type: "bridge", vlan: 5000 }]);
    expect(await attempt("other")).toMatchObject({ status: 1, errors: expect.stringContaining("macvlan") });
    expect(await attempt("bad")).toMatchObject({ status: 1, errors: expect.stringContaining("5000") });
    expect(await attempt("none")).toMatchObject({ status: 1, errors: expect.stringContaining('"none"') });
    const { status, output } = await attempt("dhcp");
    expect(status).toBe(0);
    expect(output).toContain("what dhcp would lease is not known");
    expect(output).toContain("the plugins portmap do their part");
  });
});

/** A container that has the id that lxc-cni gives to one of a name. */
async function containerOn(host: Host, name: string): Promise<Container> {
  return host.container(containerIdOf(name, "/var/lib/lxc"));
}

async function copyLeases(from: Host, to: Host): Promise<void> {
  const directory = "/var/lib/cni/networks/simplenet";
  const { status, output } = await from.attempt(["ls", directory]);
  if (status !== 0) return;
  for (const name of output.trim().split("\n")) {
    await to.write(`${directory}/${name}`, (await from.attempt(["cat", `${directory}/${name}`])).output);
  }
}

/** All that the kernel has, of the host and of a container on it, but for MACs: these are random. */
async function stateOf(host: Host, container?: Container): Promise<string[]> {
  const facts = await factsOf(host);
  const inContainer = container === undefined ? [] : await factsOf(asHost(container));
  return [
    ...facts.map((fact) => ["host", fact] as const),
    ...inContainer.map((fact) => ["container", fact] as const),
  ]
    .map(([where, { kind, subject, value }]) => `${where} ${kind} ${subject} ${value}`)
    .filter((line) => !/sysctl \S*(stable_secret|\/nf_conntrack|base_reachable)/.test(line))
    .map((line) =>
      line.replaceAll(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, "MAC").replaceAll(/fe80::[0-9a-f:]+/g, "fe80"),
    )
    .map((line) => line.replaceAll(/0x[0-9a-f]{32}/g, "NUMBER"))
    .sort();
}

async function factsOf(host: Host): Promise<Fact[]> {
  const all = [links, addresses, routes, iptablesRules, nftablesRules, sysctls];
  return (await Promise.all(all.map((look) => look(host)))).flat();
}

/** What can be observed of a host can be of a container. */
function asHost(container: Container): Host {
  const run: Host["run"] = (argv, options) => container.run(argv, options);
  const runAll: Host["runAll"] = (commands) => Promise.all(commands.map((argv) => container.run(argv)));
  return { ...container, pid: 0, run, runAll } as unknown as Host;
}
