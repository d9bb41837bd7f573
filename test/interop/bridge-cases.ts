import type { Host } from "../fixture/host.ts";
import { bridge, type Case, leased, noBridgeName, noLeaseToCheck, ula, v4 } from "./case.ts";

const defaultRoutes = [{ dst: "0.0.0.0/0" }, { dst: "::/0" }];

export const gateways: readonly Case[] = [
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

export const bridges: readonly Case[] = [
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

async function bridgeWith(host: Host, ...addresses: readonly string[]): Promise<void> {
  await host.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
  for (const address of addresses)
    await host.run(["ip", "address", "add", address, "dev", "cnibr0", "nodad"]);
}
