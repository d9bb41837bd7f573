import type { Host } from "../fixture/host.ts";
import { bridge, type Case, leased, ula, v4 } from "./case.ts";

export const answers: readonly Case[] = [
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

export const leases: readonly Case[] = [
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
