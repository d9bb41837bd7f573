import { expect } from "vitest";
import { resultOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { type CallOptions, type Configuration, networkOn } from "../fixture/network.ts";
import { difference, snapshot } from "../fixture/snapshot.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { recipe } from "./recipe.ts";

/** What becomes of an attachment between ADD and DEL, and how DEL is called then. No runtime remembers the result. */
interface Mishap {
  readonly what: string;
  happen?(place: {
    readonly host: Host;
    readonly container: Container;
    readonly port: string;
  }): Promise<unknown>;
  readonly options?: CallOptions;
  /** What is otherwise in the configuration than it was. */
  readonly changed?: Readonly<Record<string, unknown>>;
}

const mishaps: readonly Mishap[] = [
  { what: "nothing" },
  { what: "the namespace is gone", happen: ({ container }) => container.lose() },
  { what: "the namespace is not named", options: { netns: "" } },
  { what: "the path leads nowhere", options: { netns: "/run/netns/nobody" } },
  { what: "the path leads to a file", options: { netns: "/etc/passwd" } },
  { what: "the path leads to another container", options: { netns: "/run/netns/bystander" } },
  { what: "the path leads to the host", options: { netns: "/proc/1/ns/net" } },
  {
    what: "the link is deleted",
    happen: ({ container }) => container.run(["ip", "link", "delete", "eth0"]),
  },
  {
    what: "the link has another name",
    happen: ({ container }) =>
      container.run(["sh", "-c", "ip link set eth0 down; ip link set eth0 name lan0"]),
  },
  {
    what: "the link has no address",
    happen: ({ container }) => container.run(["ip", "address", "flush", "dev", "eth0"]),
  },
  {
    what: "the port is off the bridge",
    happen: ({ host, port }) => host.run(["ip", "link", "set", port, "nomaster"]),
  },
  {
    what: "the port has another MAC",
    happen: ({ host, port }) => host.run(["ip", "link", "set", port, "address", "02:00:00:00:00:98"]),
  },
  {
    what: "the record of it is lost",
    happen: ({ host, port }) => host.run(["rm", `/run/lxc-cni/attachments/${port}`]),
  },
  {
    what: "the record of it is no JSON",
    happen: ({ host, port }) => host.run(["truncate", "-s", "5", `/run/lxc-cni/attachments/${port}`]),
  },
  { what: "the configuration names another bridge", changed: { bridge: "br7" } },
  { what: "the configuration names no ipam", changed: { ipam: undefined } },
  { what: "the configuration has no rules", changed: { ipMasq: false, macspoofchk: false } },
  { what: "the configuration names the other backend", changed: { ipMasqBackend: "iptables" } },
  { what: "the configuration cannot work", changed: { vlan: 5000, bridge: "a/b", ipMasqBackend: "none" } },
  { what: "CNI_ARGS make no sense", options: { env: { CNI_ARGS: "nonsense" } } },
];

describeVariants("DEL leaves nothing, and leaves others alone, when", (variant) => {
  for (const ipMasqBackend of ["iptables", "nftables"]) {
    test(`whatever happened to the attachment: ${ipMasqBackend}`, async ({ host }) => {
      const configuration = { ...recipe, ipMasqBackend, macspoofchk: true };
      const network = networkOn(host, variant, configuration);
      const containers = await Promise.all(mishaps.map((_, index) => host.container(`c${index}`)));
      const bystander = await host.container("bystander");
      succeeded(await network.add(bystander));
      const before = await snapshot(host);
      const inBystander = await addressesIn(bystander);

      const answers = await Promise.all(containers.map((container) => network.add(container)));
      const calls = mishaps.map(async ({ what, happen, options, changed }, index) => {
        const [container, answer] = [containers[index], answers[index]];
        if (container === undefined || answer === undefined) throw new Error("a container for each mishap");
        const port = resultOf(answer).interfaces[1]?.name ?? "";
        await happen?.({ host, container, port });
        const { status, output } = await networkOn(host, variant, { ...configuration, ...changed }).del(
          container,
          options,
        );
        return { what, status, output };
      });
      const expected = mishaps.map(({ what }) => ({ what, status: 0, output: "" }));
      expect(await Promise.all(calls)).toEqual(expected);

      // The kernel takes its time with a namespace that is dying, and with the port into it.
      const left = async () => difference(before, await snapshot(host)).filter((line) => !isOfLost(line));
      await expect.poll(left).toEqual([]);
      expect(await addressesIn(bystander)).toEqual(inBystander);
      await bystander.run(["ping", "-c1", "-W2", "10.10.0.1"]);
    });
  }

  test("the container is on two networks of one bridge, one after the other", async ({ host }) => {
    const c1 = await host.container("c1");
    const ipam = { type: "host-local", ranges: [[{ subnet: "10.20.0.0/16" }], [{ subnet: "10.30.0.0/16" }]] };
    const other: Configuration = { ...recipe, name: "othernet", bridge: "cnibr0", forceAddress: true, ipam };
    const empty = await snapshot(host);
    const quiet = networkOn(host, variant, { ...recipe, isDefaultGateway: false });
    const othernet = networkOn(host, variant, { ...other, isDefaultGateway: false });
    succeeded(await quiet.add(c1));
    const withOne = await snapshot(host);
    const { ips } = resultOf(await othernet.add(c1, { ifname: "eth1" }));
    expect(ips).toMatchObject([{ address: "10.20.0.2/16" }, { address: "10.30.0.2/16" }]);
    succeeded(await othernet.del(c1, { ifname: "eth1" }));
    expect(difference(withOne, await snapshot(host))).toEqual([]);
    succeeded(await othernet.add(c1, { ifname: "eth1" }));
    succeeded(await quiet.del(c1));
    expect(await c1.run(["ip", "-br", "address", "show", "eth1"])).toContain("10.20.0.3/16 10.30.0.3/16");
    succeeded(await othernet.del(c1, { ifname: "eth1", netns: "" }));
    expect(difference(empty, await snapshot(host))).toEqual([]);
  });
});

/** The line for the namespace of the container that is lost. */
function isOfLost(line: string): boolean {
  const lost = mishaps.findIndex(({ what }) => what === "the namespace is gone");
  return line.startsWith(`- file /run/netns/c${lost} `);
}

function addressesIn(container: Container): Promise<string> {
  return container.run(["ip", "address", "show", "scope", "global"]);
}
