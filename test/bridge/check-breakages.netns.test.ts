import { expect } from "vitest";
import { type Refusal, refusalOf, succeeded } from "../fixture/answer.ts";
import type { Container } from "../fixture/container.ts";
import type { Host } from "../fixture/host.ts";
import { test } from "../fixture/test.ts";
import { describeVariants } from "../fixture/variants.ts";
import { type Attached, attach } from "./attached.ts";
import { recipe } from "./recipe.ts";

const configuration = {
  ...{ ...recipe, cniVersion: "1.1.0", mtu: 1400, portIsolation: true, macspoofchk: true },
  ipam: { ...recipe.ipam, routes: [{ dst: "192.0.2.0/24", gw: "10.10.0.9" }] },
};

/** What can be broken. */
interface Whole {
  readonly host: Host;
  readonly container: Container;
  readonly attached: Attached;
  /** The container's address, without the length of its prefix. */
  readonly address: string;
}

/** A thing broken by hand, and what CHECK says of it. */
type Breakage = readonly [what: string, expected: RegExp, breaks: (whole: Whole) => Promise<unknown>];

const inContainer =
  (...argv: readonly string[]) =>
  ({ container }: Whole) =>
    container.run(argv);
const atPort =
  (...words: readonly string[]) =>
  ({ host, attached }: Whole) =>
    host.run(["ip", "link", "set", "dev", attached.port, ...words]);

/** Those that are one container's alone. */
const ofOne: readonly Breakage[] = [
  [
    "the address is removed",
    /Failed to match addr 10\.10\.0\.\d+\/16 on interface eth0/,
    inContainer("ip", "address", "flush", "dev", "eth0"),
  ],
  [
    "the default route is removed",
    /Expected Route 0\.0\.0\.0\/0 via 10\.10\.0\.1 not found/,
    inContainer("ip", "route", "delete", "default"),
  ],
  [
    "a route goes by another gateway",
    /Expected Route 192\.0\.2\.0\/24 via 10\.10\.0\.9 not found/,
    inContainer("ip", "route", "replace", "192.0.2.0/24", "via", "10.10.0.8"),
  ],
  [
    "the way to the subnet is removed",
    /eth0 has no route to 10\.10\.0\.0\/16/,
    inContainer("ip", "route", "delete", "10.10.0.0/16"),
  ],
  [
    "the container's link is down",
    /eth0 in the container is down/,
    inContainer("ip", "link", "set", "eth0", "down"),
  ],
  ["the port is down", /veth\w+ is down/, atPort("down")],
  ["the MTU of the port changes", /veth\w+ has an MTU of 1300 instead of 1400/, atPort("mtu", "1300")],
  [
    "the MTU of the container's link changes",
    /eth0 in the container has an MTU of 1300 instead of 1400/,
    inContainer("ip", "link", "set", "eth0", "mtu", "1300"),
  ],
  [
    "the container's MAC changes",
    /Interface eth0 Mac doesn't match/,
    inContainer("ip", "link", "set", "eth0", "address", "02:00:00:00:00:99"),
  ],
  ["the port's MAC changes", /Interface veth\w+ Mac doesn't match/, atPort("address", "02:00:00:00:00:98")],
  ["hairpin mode is off", /hairpin mode of veth\w+ is off/, atPort("type", "bridge_slave", "hairpin", "off")],
  ["isolation is off", /isolation of veth\w+ is off/, atPort("type", "bridge_slave", "isolated", "off")],
  ["the port is off the bridge", /veth\w+ is no port of bridge cnibr0/, atPort("nomaster")],
  [
    "the link is renamed in the container",
    /Interface name eth0 not found in the container/,
    inContainer("sh", "-c", "ip link set eth0 down && ip link set eth0 name lan0"),
  ],
  [
    "the container has another link of that name",
    /Error: Container interface eth0 not of type veth/,
    inContainer("sh", "-c", "ip link delete eth0 && ip link add eth0 type bridge && ip link set eth0 up"),
  ],
  [
    "the jump to the rules is deleted",
    /the jump from 10\.10\.0\.\d+ in POSTROUTING/,
    ({ host, address }) => host.run(["sh", "-c", deleteRules(`-A POSTROUTING -s ${address}/32 `)]),
  ],
  [
    "the rule that masquerades is deleted",
    /the rule that masquerades in chain CNI-/,
    ({ host, container }) =>
      host.run(["sh", "-c", deleteRules(`id: \\\\"${container.id}\\\\".* -j MASQUERADE`)]),
  ],
  [
    "the jump has a condition more",
    /the jump from 10\.10\.0\.\d+ in POSTROUTING/,
    ({ host, address }) =>
      host.run(["sh", "-c", replaceRule(`-A POSTROUTING -s ${address}/32 `, "-m comment", "-p tcp &")]),
  ],
  [
    "the subnet is accepted by TCP only",
    /the rule for 10\.10\.0\.0\/16 in chain CNI-/,
    ({ host, container }) =>
      host.run([
        "sh",
        "-c",
        replaceRule(`id: \\\\"${container.id}\\\\".* -j ACCEPT`, "-m comment", "-p tcp &"),
      ]),
  ],
  [
    "what is masqueraded gets random ports",
    /the rule that masquerades in chain CNI-/,
    ({ host, container }) =>
      host.run([
        "sh",
        "-c",
        replaceRule(`id: \\\\"${container.id}\\\\".* -j MASQUERADE`, "-j MASQUERADE", "& --random"),
      ]),
  ],
  [
    "the guard is for another port",
    /rule "macspoofchk-c\d+-eth0" in chain PREROUTING/,
    ({ host, container, attached }) => host.run(["sh", "-c", moveGuard(container.id, attached.port)]),
  ],
  [
    "the guard lets another MAC pass",
    /rule "macspoofchk-c\d+-eth0" in chain cni-br-iface-c\d+-eth0-mac/,
    ({ host, container }) => {
      const chain = `bridge nat cni-br-iface-${container.id}-eth0-mac`;
      const rule = `insert rule ${chain} ether saddr 02:00:00:00:00:99 return`;
      return host.run([
        "nft",
        `flush chain ${chain}; add rule ${chain} drop comment "macspoofchk-${container.id}-eth0"; ${rule} comment "macspoofchk-${container.id}-eth0"`,
      ]);
    },
  ],
  [
    "the guard is emptied",
    /rule "macspoofchk-c\d+-eth0" in chain cni-br-iface-c\d+-eth0-mac/,
    ({ host, container }) =>
      host.run(["nft", "flush", "chain", "bridge", "nat", `cni-br-iface-${container.id}-eth0-mac`]),
  ],
];

/** Those that concern all containers on the bridge; each makes up for the one before it, where it has to. */
const ofAll: readonly Breakage[] = [
  [
    "the host does not forward",
    /the host does not forward IPv4/,
    onHost("echo 0 > /proc/sys/net/ipv4/ip_forward"),
  ],
  [
    "the gateway's address is removed",
    /cnibr0 does not have the gateway's address 10\.10\.0\.1\/16/,
    onHost("echo 1 > /proc/sys/net/ipv4/ip_forward; ip address flush dev cnibr0"),
  ],
  [
    "the bridge's MAC changes",
    /Bridge interface cnibr0 Mac doesn't match/,
    onHost("ip address add 10.10.0.1/16 dev cnibr0; ip link set cnibr0 address 02:00:00:00:00:97"),
  ],
  ["the bridge is down", /bridge cnibr0 is down/, onHost("ip link set cnibr0 down")],
  ["the bridge is gone", /Interface name cnibr0 not found/, onHost("ip link delete cnibr0")],
  [
    "the bridge is none",
    /Interface cnibr0 does not have link type of bridge/,
    onHost("ip link add cnibr0 type veth peer name other"),
  ],
];

describeVariants("CHECK fails and says why when by hand", (variant) => {
  test("something of a container is broken", async ({ host }) => {
    const answers = ofOne.map(async ([what, expected, breaks], index) => {
      const container = await host.container(`c${index}`);
      const attached = await attach(host, variant, configuration, container);
      const [address = ""] = attached.result.ips[0]?.address.split("/") ?? [];
      await breaks({ host, container, attached, address });
      await expectComplaint(attached, what, expected);
    });
    await Promise.all(answers);
  });

  test("the lease is removed, or given to somebody else", async ({ host }) => {
    const attached = await attach(host, variant, configuration, await host.container("c1"));
    const lease = "/var/lib/cni/networks/simplenet/10.10.0.2";
    await host.run(["sh", "-c", `printf 'c2\\r\\neth0' > ${lease}`]);
    expect(refusalOf(await attached.check())).toMatchObject({ code: 114 });
    await host.run(["rm", lease]);
    expect(refusalOf(await attached.check())).toMatchObject({ code: 114 });
  });

  test("something of all containers is broken", async ({ host }) => {
    const container = await host.container("c1");
    const attached = await attach(host, variant, configuration, container);
    succeeded(await attached.check());
    for (const [what, expected, breaks] of ofAll) {
      await breaks({ host, container, attached, address: "10.10.0.2" });
      await expectComplaint(attached, what, expected);
    }
  });
});

async function expectComplaint(attached: Attached, what: string, expected: RegExp): Promise<void> {
  const { status, json } = await attached.check();
  const { code, msg, details } = (json ?? {}) as Partial<Refusal>;
  const text = `${msg}; ${details}`;
  const complaint = { what, status: 1, code: 103, text: expect.stringMatching(expected) };
  expect({ what, status, code, text }).toEqual(complaint);
}

/** Deletes the rules of the table nat that a regular expression matches, and touches no others. */
function deleteRules(pattern: string): string {
  const deletions = `iptables-save -t nat | grep -e '${pattern}' | sed 's/^-A/-D/'`;
  return `{ echo '*nat'; ${deletions}; echo COMMIT; } | iptables-restore --wait --noflush`;
}

/** Replaces rules of the table nat that a regular expression matches by others, as sed substitutes them. */
function replaceRule(pattern: string, what: string, by: string): string {
  const found = `iptables-save -t nat | grep -e '${pattern}'`;
  const changed = `{ ${found} | sed 's/^-A/-D/'; ${found} | sed 's/${what}/${by}/'; }`;
  return `{ echo '*nat'; ${changed}; echo COMMIT; } | iptables-restore --wait --noflush`;
}

/** Has the guard of a container be for another port. */
function moveGuard(id: string, port: string): string {
  const handle = `nft -a list chain bridge nat PREROUTING | sed -n 's/.*${port}.* handle //p'`;
  return `nft "replace rule bridge nat PREROUTING handle $(${handle}) iifname other jump cni-br-iface-${id}-eth0 comment \\"macspoofchk-${id}-eth0\\""`;
}

function onHost(script: string): Breakage[2] {
  return ({ host }) => host.run(["sh", "-c", script]);
}
