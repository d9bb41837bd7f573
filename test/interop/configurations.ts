import type { Configuration } from "../fixture/network.ts";
import { answers, leases } from "./address-cases.ts";
import { interfaces, ports, several } from "./attachment-cases.ts";
import { bridges, gateways } from "./bridge-cases.ts";
import { bridge, type Case, leased, noLeaseToCheck, ula, v4, v6 } from "./case.ts";

/** Every version of the specification that both sides speak. */
export const versions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** Whether a version has CHECK, and prevResult in DEL (CNI specification 0.4.0). */
export function hasCheck({ cniVersion }: Configuration): boolean {
  return String(cniVersion) >= "0.4.0";
}

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
