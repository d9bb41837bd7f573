import type { Host } from "../fixture/host.ts";
import type { Configuration } from "../fixture/network.ts";

/** A network, what a runtime says beside its configuration, and what is on the host before. */
export interface Case {
  readonly name: string;
  readonly configuration: Configuration;
  /** Variables of every call. */
  readonly env?: Readonly<Record<string, string>>;
  /** The MAC that is asked for: it must be the same on both sides. */
  readonly mac?: string;
  /** Who is attached, in this order; eth0 of c1 when absent. */
  readonly attachments?: readonly { readonly id: string; readonly ifname: string }[];
  /** Makes the host what it is before. */
  readonly before?: (host: Host) => Promise<unknown>;
  /** The bridge is the host's own. */
  readonly isForeignBridge?: boolean;
  /** Why the Go plugin's CHECK fails, whoever made the attachment. */
  readonly goCannotCheck?: string;
  /** Why the Go plugin's DEL reports an error, and leaves nothing nevertheless. */
  readonly goComplainsOfDel?: string;
}

/** Every version of the specification that both sides speak. */
export const versions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** Whether a version has CHECK, and prevResult in DEL (CNI specification 0.4.0). */
export function hasCheck({ cniVersion }: Configuration): boolean {
  return String(cniVersion) >= "0.4.0";
}

const bridge = { cniVersion: "1.1.0", name: "simplenet", type: "bridge", bridge: "cnibr0" } as const;
const noBridgeName = { cniVersion: "1.1.0", name: "simplenet", type: "bridge" } as const;

const v4 = { subnet: "10.1.2.0/24" };
const v6 = { subnet: "2001:db8:42::/64" };
const ula = { subnet: "fd00:42::/64" };

/** Addresses from sets of one range each. */
const leased = (...ranges: readonly Readonly<Record<string, unknown>>[]) => ({
  type: "host-local",
  ranges: ranges.map((range) => [range]),
});

const defaultRoutes = [{ dst: "0.0.0.0/0" }, { dst: "::/0" }];
const noLeaseToCheck = "it asks for an IPAM plugin where the network has none";
const requested = "02:00:00:00:12:34";

/** The plain networks, in every version that can tell of them. */
const inEveryVersion: readonly Case[] = versions.flatMap((cniVersion): Case[] => {
  const gateway = { ...bridge, cniVersion, isDefaultGateway: true };
  const plain: Case[] = [
    { name: `${cniVersion}, IPv4`, configuration: { ...gateway, ipam: leased(v4) } },
    { name: `${cniVersion}, IPv6`, configuration: { ...gateway, ipam: leased(v6) } },
    { name: `${cniVersion}, IPv4 and IPv6`, configuration: { ...gateway, ipam: leased(v4, ula) } },
  ];
  if (cniVersion < "0.3.0") return plain;
  return [
    ...plain,
    { name: `${cniVersion}, three subnets`, configuration: { ...gateway, ipam: leased(v4, v6, ula) } },
    {
      name: `${cniVersion}, no addresses`,
      configuration: { ...bridge, cniVersion, ipam: {} },
      goCannotCheck: noLeaseToCheck,
    },
  ];
});

const gateways: readonly Case[] = [
  { name: "no gateway", configuration: { ...bridge, ipam: leased(v4, ula) } },
  { name: "isGateway without routes", configuration: { ...bridge, isGateway: true, ipam: leased(v4, ula) } },
  {
    name: "isGateway, default routes of the IPAM plugin",
    configuration: { ...bridge, isGateway: true, ipam: { ...leased(v4, ula), routes: defaultRoutes } },
  },
  {
    name: "isDefaultGateway, default route with its gateway",
    configuration: {
      ...bridge,
      isDefaultGateway: true,
      ipam: { ...leased(v4), routes: [{ dst: "0.0.0.0/0", gw: "10.1.2.1" }] },
    },
  },
  {
    name: "a gateway at the end of its subnet",
    configuration: { ...bridge, isGateway: true, ipam: leased({ ...v4, gateway: "10.1.2.254" }) },
  },
  {
    name: "isGateway without addresses",
    configuration: { ...bridge, isGateway: true, ipMasq: true, ipam: {} },
    goCannotCheck: noLeaseToCheck,
  },
  {
    name: "routes with gateways and metrics",
    configuration: {
      ...bridge,
      isGateway: true,
      ipam: {
        ...leased(v4, ula),
        routes: [
          { dst: "192.168.50.0/24" },
          { dst: "192.168.51.0/24", gw: "10.1.2.9", priority: 50 },
          { dst: "192.168.52.0/24", scope: 0, table: 254 },
          { dst: "fd00:51::/64", gw: "fd00:42::9", priority: 70 },
        ],
      },
    },
  },
  {
    name: "a route in another table",
    configuration: {
      ...bridge,
      isGateway: true,
      ipam: { ...leased(v4), routes: [{ dst: "192.168.53.0/24", gw: "10.1.2.9", table: 100 }] },
    },
    goCannotCheck: "it looks for routes in the main table only",
  },
];

const bridges: readonly Case[] = [
  { name: "no bridge named", configuration: { ...noBridgeName, isGateway: true, ipam: leased(v4) } },
  {
    name: "a bridge that was there",
    configuration: { ...bridge, isGateway: true, ipam: leased(v4, ula) },
    before: (host) => bridgeWith(host),
    isForeignBridge: true,
  },
  {
    name: "a bridge that has the gateway's addresses",
    configuration: { ...bridge, isGateway: true, ipam: leased(v4, ula) },
    before: (host) => bridgeWith(host, "10.1.2.1/24", "fd00:42::1/64"),
    isForeignBridge: true,
  },
  {
    name: "forceAddress, and addresses that are in the way",
    configuration: { ...bridge, isGateway: true, forceAddress: true, ipam: leased(v4, ula) },
    before: (host) => bridgeWith(host, "10.1.0.1/16", "fd00:42::7/48"),
    isForeignBridge: true,
  },
  {
    name: "an IPv6 address of the bridge that is not in the way",
    configuration: { ...bridge, isGateway: true, forceAddress: true, ipam: leased(ula) },
    before: (host) => bridgeWith(host, "2001:db8:1::1/64"),
    isForeignBridge: true,
  },
  { name: "mtu", configuration: { ...bridge, isGateway: true, mtu: 1400, ipam: leased(v4, ula) } },
  { name: "promiscMode", configuration: { ...bridge, promiscMode: true, ipam: leased(v4) } },
];

const ports: readonly Case[] = [
  { name: "hairpinMode", configuration: { ...bridge, hairpinMode: true, ipam: leased(v4) } },
  { name: "portIsolation", configuration: { ...bridge, portIsolation: true, ipam: leased(v4) } },
  { name: "macspoofchk", configuration: { ...bridge, macspoofchk: true, ipam: leased(v4) } },
  {
    name: "macspoofchk without addresses",
    configuration: { ...bridge, macspoofchk: true, ipam: {} },
    goCannotCheck: noLeaseToCheck,
  },
];

const interfaces: readonly Case[] = [
  { name: "enabledad", configuration: { ...bridge, enabledad: true, ipam: leased(v4, ula) } },
  {
    name: "disableContainerInterface",
    configuration: { ...bridge, disableContainerInterface: true, ipam: {} },
    goCannotCheck: noLeaseToCheck,
  },
  {
    name: "a MAC in CNI_ARGS",
    configuration: { ...bridge, ipam: leased(v4) },
    env: { CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAME=web;MAC=${requested}` },
    mac: requested,
  },
  {
    name: "a MAC in args, before that of CNI_ARGS",
    configuration: { ...bridge, args: { cni: { mac: requested } }, ipam: leased(v4) },
    env: { CNI_ARGS: "IgnoreUnknown=1;MAC=02:00:00:00:99:99" },
    mac: requested,
  },
  {
    name: "a MAC in RuntimeConfig, before all others",
    configuration: {
      ...bridge,
      args: { cni: { mac: "02:00:00:00:99:98" } },
      RuntimeConfig: { mac: requested },
      capabilities: { mac: true },
      ipam: leased(v4),
    },
    env: { CNI_ARGS: "IgnoreUnknown=1;MAC=02:00:00:00:99:99" },
    mac: requested,
  },
];

const answers: readonly Case[] = [
  {
    name: "dns, in place of the IPAM plugin's",
    configuration: {
      ...bridge,
      dns: { nameservers: ["10.1.2.53"], domain: "a<b>&c", search: ["example.com"], options: ["ndots:2"] },
      ipam: { ...leased(v4), resolvConf: "/etc/resolv-of-test.conf" },
    },
    before: writeResolvConf,
  },
  {
    name: "resolvConf",
    configuration: { ...bridge, ipam: { ...leased(v4), resolvConf: "/etc/resolv-of-test.conf" } },
    before: writeResolvConf,
  },
  {
    name: "resolvConf, version 0.4.0",
    configuration: {
      ...bridge,
      cniVersion: "0.4.0",
      ipam: { ...leased(v4), resolvConf: "/etc/resolv-of-test.conf" },
    },
    before: writeResolvConf,
  },
  {
    name: "a configuration in other letters, with keys that nobody knows and nulls",
    configuration: {
      ...bridge,
      IsGateway: true,
      HAIRPINMODE: true,
      ipMasq: null,
      dns: null,
      comment: { any: ["thing", 1] },
      "cni.dev/of-the-runtime": {},
      ipam: { Type: "host-local", Ranges: [[{ Subnet: "10.1.2.0/24", rangestart: "10.1.2.20" }]] },
    },
  },
];

const leases: readonly Case[] = [
  {
    name: "the older form of a range",
    configuration: {
      ...bridge,
      isGateway: true,
      ipam: {
        type: "host-local",
        subnet: "10.1.2.0/24",
        rangeStart: "10.1.2.100",
        rangeEnd: "10.1.2.110",
        gateway: "10.1.2.3",
      },
    },
  },
  {
    name: "two ranges in a set, the first one full",
    configuration: {
      ...bridge,
      // Without, the Go plugin's bridge has the MAC of any port, and its own CHECK fails after the second ADD.
      isGateway: true,
      ipam: {
        type: "host-local",
        ranges: [
          [
            { ...v4, rangeStart: "10.1.2.9", rangeEnd: "10.1.2.9" },
            { ...v4, rangeStart: "10.1.2.40" },
          ],
        ],
      },
    },
    attachments: [
      { id: "c1", ifname: "eth0" },
      { id: "c2", ifname: "eth0" },
    ],
  },
  {
    name: "a dataDir",
    configuration: { ...bridge, ipam: { ...leased(v4), dataDir: "/var/lib/cni/elsewhere" } },
  },
  {
    name: "an address asked for in CNI_ARGS",
    configuration: { ...bridge, ipam: leased(v4) },
    env: { CNI_ARGS: "IgnoreUnknown=1;IP=10.1.2.77" },
  },
  {
    name: "addresses asked for in args and runtimeConfig",
    configuration: {
      ...bridge,
      args: { cni: { ips: ["10.1.2.78"] } },
      runtimeConfig: { ips: ["fd00:42::99/64"] },
      ipam: leased(v4, ula),
    },
  },
  {
    name: "runtimeConfig.ipRanges",
    configuration: {
      ...bridge,
      runtimeConfig: { ipRanges: [[{ subnet: "fd00:43::/64" }]] },
      ipam: leased(v4),
    },
  },
];

const masquerades: readonly Case[] = [
  { name: "ipMasq", configuration: { ...bridge, isGateway: true, ipMasq: true, ipam: leased(v4, ula) } },
  {
    name: "ipMasq by iptables",
    configuration: {
      ...bridge,
      isDefaultGateway: true,
      ipMasq: true,
      ipMasqBackend: "iptables",
      ipam: leased(v4, ula),
    },
  },
  {
    name: "ipMasq by nftables",
    configuration: {
      ...bridge,
      isDefaultGateway: true,
      ipMasq: true,
      ipMasqBackend: "nftables",
      ipam: leased(v4, ula),
    },
    goComplainsOfDel: "it takes what this iptables says of a chain that is not there for a failure",
  },
  {
    name: "ipMasq, a network with a long name and a container with a long id",
    configuration: {
      ...bridge,
      name: `long-${"n".repeat(100)}_net.1`,
      isGateway: true,
      ipMasq: true,
      ipam: leased(v4),
    },
    attachments: [{ id: "0123456789abcdef".repeat(4), ifname: "eth0" }],
  },
];

const several: readonly Case[] = [
  {
    name: "two containers",
    configuration: { ...bridge, isDefaultGateway: true, ipMasq: true, ipam: leased(v4, ula) },
    attachments: [
      { id: "c1", ifname: "eth0" },
      { id: "c2", ifname: "eth0" },
    ],
  },
  {
    name: "two interfaces of a container",
    configuration: { ...bridge, isGateway: true, ipam: leased(v4) },
    attachments: [
      { id: "c1", ifname: "eth0" },
      { id: "c1", ifname: "lan.1" },
    ],
  },
  {
    name: "everything at once",
    configuration: {
      ...bridge,
      isDefaultGateway: true,
      ipMasq: true,
      hairpinMode: true,
      mtu: 1280,
      portIsolation: true,
      macspoofchk: true,
      ipam: leased(v4, ula),
    },
    attachments: [
      { id: "c1", ifname: "eth0" },
      { id: "c2", ifname: "net1" },
    ],
  },
];

/** Networks that both sides make the same of. */
export const cases: readonly Case[] = [
  ...inEveryVersion,
  ...gateways,
  ...bridges,
  ...ports,
  ...interfaces,
  ...answers,
  ...leases,
  ...masquerades,
  ...several,
];

/** Those that the Go plugins of Debian 12 (1.1.1) make the same of, as well. */
export const olderCases: readonly Case[] = cases
  .filter(({ name }) =>
    [
      ...["0.3.1, IPv4", "1.0.0, IPv4 and IPv6", "1.0.0, three subnets"],
      ...["mtu", "hairpinMode", "macspoofchk", "a MAC in CNI_ARGS", "ipMasq", "two containers"],
    ].includes(name),
  )
  .map(({ configuration, ...rest }) => {
    const { cniVersion } = configuration;
    return {
      ...rest,
      configuration: { ...configuration, cniVersion: cniVersion === "1.1.0" ? "1.0.0" : cniVersion },
    };
  });

async function bridgeWith(host: Host, ...addresses: readonly string[]): Promise<void> {
  await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
  for (const address of addresses)
    await host.run(["ip", "address", "add", address, "dev", "cnibr0", "nodad"]);
}

function writeResolvConf(host: Host): Promise<void> {
  const lines = [
    "# a comment",
    "nameserver 192.0.2.1",
    "nameserver 192.0.2.2 ; and more",
    "domain example.org",
    "search example.org example.net",
    "search example.com",
    "options ndots:5 rotate",
  ];
  return host.write("/etc/resolv-of-test.conf", `${lines.join("\n")}\n`);
}
