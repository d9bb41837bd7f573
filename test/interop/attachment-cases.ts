import { bridge, type Case, leased, noLeaseToCheck, ula, v4 } from "./case.ts";

const requested = "02:00:00:00:12:34";

export const ports: readonly Case[] = [
  { name: "hairpinMode", configuration: { ...bridge, hairpinMode: true, ipam: leased(v4) } },
  { name: "portIsolation", configuration: { ...bridge, portIsolation: true, ipam: leased(v4) } },
  { name: "macspoofchk", configuration: { ...bridge, macspoofchk: true, ipam: leased(v4) } },
  {
    name: "macspoofchk without addresses",
    configuration: { ...bridge, macspoofchk: true, ipam: {} },
    goCannotCheck: noLeaseToCheck,
  },
];

export const interfaces: readonly Case[] = [
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

export const several: readonly Case[] = [
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
