import type { WrittenOperation } from "./programs/links.ts";

export const bridgeMac = "02:00:00:00:00:01";
export const portMac = "02:00:00:00:00:02";
export const peerMac = "02:00:00:00:00:03";
/** As odd as ip -batch can say it. */
export const alias = "lxc-cni net c1 eth0, über (50%) & $x";

export const createBridge: WrittenOperation = {
  do: "create bridge",
  where: "host",
  name: "br.7",
  mac: bridgeMac,
  mtu: 1400,
  vlanFiltering: false,
};
export const createPort: WrittenOperation = {
  ...{
    do: "create port",
    where: "host",
    name: "veth0",
    mac: portMac,
    bridge: "br.7",
    mtu: 1300,
    alias: "mine",
  },
  ...{ peerName: "eth0", peerMac },
};
export const createVlanGateway: WrittenOperation = {
  ...{ do: "create vlan gateway", where: "host", name: "br.7.9", mac: "02:00:00:00:00:04", bridge: "br.7" },
  ...{ portName: "veth9", portMac: "02:00:00:00:00:05", mtu: 1350 },
};
export const setUp: WrittenOperation = { do: "set up", where: "container", name: "eth0" };

/** Every operation that makes something. */
export const everything = {
  host: [
    createBridge,
    { do: "label link", where: "host", name: "br.7", alias: "lxc-cni bridge" },
    { do: "set up", where: "host", name: "br.7" },
    { do: "add address", where: "host", link: "br.7", address: "10.10.0.1/16" },
    { do: "add address", where: "host", link: "br.7", address: "fd00::1/64" },
    createPort,
    { do: "label link", where: "host", name: "veth0", alias },
    { do: "configure port", where: "host", name: "veth0", hairpin: true, isolated: true },
    createVlanGateway,
    { do: "configure port", where: "host", name: "veth9", hairpin: false, isolated: false },
    { do: "set mtu", where: "host", name: "br.7.9", mtu: 1340 },
    { do: "set mac", where: "host", name: "br.7.9", mac: "02:00:00:00:00:06" },
    { do: "set promiscuous", where: "host", name: "br.7" },
  ] as WrittenOperation[],
  container: [
    { do: "add address", where: "container", link: "eth0", address: "10.10.0.2/16" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.5/30" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.8/31" },
    { do: "add address", where: "container", link: "eth0", address: "192.0.2.16/32" },
    { do: "add address", where: "container", link: "eth0", address: "fd00::2/64" },
    { do: "add address", where: "container", link: "eth0", address: "fd00::3/64", detectDuplicates: true },
    setUp,
    { do: "add route", where: "container", link: "eth0", to: "0.0.0.0/0", via: "10.10.0.1" },
    { do: "add route", where: "container", link: "eth0", to: "::/0", via: "fd00::1" },
    { do: "add route", where: "container", link: "eth0", to: "198.51.100.77/24" },
    { do: "add route", where: "container", link: "eth0", to: "2001:db8::77/32" },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "203.0.113.0/24", via: "10.10.0.9" },
      ...{ mtu: 1280, advmss: 1200, priority: 5, table: 1000, scope: 0 },
    },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "2001:db8:1::/48", via: "fd00::9" },
      ...{ mtu: 1281, advmss: 1201, priority: 6, table: 1001 },
    },
    {
      do: "add route",
      where: "container",
      link: "eth0",
      to: "198.18.0.0/15",
      via: "10.10.0.7",
      table: 0,
      scope: 0,
      priority: 0,
    },
    // By gateways that no address of the link is near to.
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "198.51.100.0/25", via: "169.254.1.1" },
      onlink: true,
    },
    {
      ...{ do: "add route", where: "container", link: "eth0", to: "2001:db8:2::/48", via: "2001:db8:9::1" },
      onlink: true,
    },
    // A second way to the same place, as the reference has it: in front of the first one.
    { do: "add route", where: "container", link: "eth0", to: "198.18.0.0/15", via: "10.10.0.8" },
  ] as WrittenOperation[],
};
