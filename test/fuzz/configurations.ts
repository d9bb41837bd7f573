import fc from "fast-check";
import { HostLocalConfig } from "../../ipam/host-local/config.schema.ts";
import { isObject, type Json, type JsonObject } from "../../lib/cni/json.ts";
import type { Schema } from "../../lib/cni/schema.ts";
import { BridgeConfig } from "../../plugins/bridge/config.schema.ts";
import { nearly } from "../cni/arbitrary.ts";
import { oddIds, oddNames } from "./names.ts";
import {
  addresses,
  dataDirs,
  macs,
  oddValues,
  pluginTypes,
  resolvConfs,
  subnets,
  withLiterals,
} from "./values.ts";

/** The members of an object, in order. The same key may come twice. */
type Members = readonly (readonly [string, Json])[];

/** A change of a configuration. */
type Change = (members: Members) => Members;

const versions = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

/** Configurations that work. */
const working: fc.Arbitrary<Members> = fc
  .record({
    cniVersion: fc.constantFrom(...versions, "1.1.0"),
    name: fc.constantFrom("net", "other-net_1.x"),
    type: fc.constant("bridge"),
    bridge: fc.constantFrom("br0", "br1"),
    isGateway: fc.boolean(),
    ipMasq: fc.boolean(),
    hairpinMode: fc.boolean(),
    forceAddress: fc.constant(true),
    mtu: fc.constantFrom(0, 1400),
    ipam: fc.constantFrom<Json[]>(
      { type: "host-local", subnet: "10.10.0.0/16" },
      { type: "host-local", ranges: [[{ subnet: "10.20.0.0/24" }], [{ subnet: "fd00:20::/125" }]] },
    ),
  })
  .map((config) => Object.entries(config));

const range = fc.record(
  { subnet: subnets, rangeStart: addresses, rangeEnd: addresses, gateway: addresses },
  { requiredKeys: ["subnet"] },
);
const ranges = fc.array(fc.array(range, { maxLength: 3 }), { maxLength: 3 });
const routes = fc.array(
  fc.record(
    {
      dst: fc.oneof(subnets, fc.constantFrom("0.0.0.0/0", "::/0", "198.51.100.0/24")),
      gw: addresses,
      mtu: fc.constantFrom(0, 1400, -1, 70_000),
      priority: fc.constantFrom(0, 5, 2 ** 32, -1),
      table: fc.constantFrom(0, 100, 255, 2 ** 32),
      scope: fc.constantFrom(0, 253, 300),
    },
    { requiredKeys: ["dst"] },
  ),
  { maxLength: 3 },
);

/** What ADD answered as the runtime may have kept it: rightly, wrongly, or somebody else's. */
const previousResults = fc.record(
  {
    cniVersion: fc.constantFrom(...versions, "7"),
    interfaces: fc.array(fc.record({ name: oddNames, mac: macs, sandbox: oddNames }), { maxLength: 4 }),
    ips: fc.array(
      fc.record({ address: fc.oneof(subnets, oddValues), interface: fc.integer(), version: oddNames }),
      { maxLength: 3 },
    ),
    routes: fc.array(fc.record({ dst: fc.oneof(subnets, oddValues) }), { maxLength: 3 }),
    ip4: fc.record({ ip: fc.oneof(subnets, oddValues) }),
  },
  { requiredKeys: ["cniVersion"] },
);

const validAttachments = fc.array(fc.record({ containerID: oddIds, ifname: oddNames }), { maxLength: 4 });

/** Values of members that may work or not. */
const values: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  cniVersion: fc.constantFrom("1.2.0", "", "1", "01.1.0", "1.1.0 ", "9".repeat(400)),
  name: oddIds,
  type: oddNames,
  bridge: oddNames,
  isDefaultGateway: fc.constant(true),
  forceAddress: fc.constant(false),
  ipMasqBackend: fc.constantFrom("iptables", "nftables", "", "ipfw; reboot"),
  mtu: fc.constantFrom(1280, 9000, 68, 67, 65_535, 65_536, -1),
  promiscMode: fc.boolean(),
  vlan: fc.constantFrom(0, 1, 7, 4094, 4095, -1),
  vlanTrunk: fc.constantFrom<Json[]>(
    [],
    [{ id: 5 }],
    [{ minID: 2, maxID: 9 }],
    [{ minID: 9, maxID: 2 }],
    [{}],
  ),
  preserveDefaultVlan: fc.boolean(),
  macspoofchk: fc.boolean(),
  enabledad: fc.boolean(),
  portIsolation: fc.boolean(),
  disableContainerInterface: fc.boolean(),
  ipam: fc.constantFrom<Json[]>({}, { type: "" }),
  dns: fc.record({ domain: oddNames, search: fc.array(oddNames, { maxLength: 3 }) }, { requiredKeys: [] }),
  args: fc.record({
    cni: fc.record({ mac: macs, ips: fc.array(addresses, { maxLength: 2 }) }, { requiredKeys: [] }),
  }),
  runtimeConfig: fc.record(
    { mac: macs, ips: fc.array(addresses, { maxLength: 2 }), ipRanges: ranges },
    { requiredKeys: [] },
  ),
  prevResult: fc.oneof(previousResults, oddValues),
  "cni.dev/valid-attachments": fc.oneof(validAttachments, oddValues),
};

/** Values of the members of `ipam`. */
const ipamValues: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  type: pluginTypes,
  subnet: subnets,
  rangeStart: addresses,
  rangeEnd: addresses,
  gateway: addresses,
  ranges,
  routes,
  dataDir: dataDirs,
  resolvConf: resolvConfs,
};

function oneMemberOf(
  all: Readonly<Record<string, fc.Arbitrary<Json>>>,
): fc.Arbitrary<readonly [string, Json]> {
  return fc.oneof(...Object.entries(all).map(([key, value]) => value.map((each) => [key, each] as const)));
}

/** A member of the schema, within what it allows for the most part. Those that lead to files are in `ipamValues`. */
function memberOf({ properties = {} }: Schema): fc.Arbitrary<readonly [string, Json]> {
  return oneMemberOf(
    Object.fromEntries(
      Object.entries(properties)
        .filter(([key]) => key !== "ipam")
        .map(([key, schema]) => [key, nearly(schema)]),
    ),
  );
}

function setting([key, value]: readonly [string, Json]): Change {
  return (members) => [...members.filter(([name]) => name !== key), [key, value]];
}

function settingInIpam([key, value]: readonly [string, Json]): Change {
  return (members) =>
    members.map(([name, member]) =>
      name === "ipam" && isObject(member)
        ? [name, { ...(member as JsonObject), [key]: value }]
        : [name, member],
    );
}

/** @param place Of the member, counted round and round. */
function replacing(place: number, by: (member: readonly [string, Json]) => Members): Change {
  return (members) =>
    members.flatMap((member, at) => (at === place % members.length ? by(member) : [member]));
}

const inherited = fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty");

const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 10, arbitrary: oneMemberOf(values).map(setting) },
  { weight: 5, arbitrary: oneMemberOf(ipamValues).map(settingInIpam) },
  { weight: 2, arbitrary: fc.oneof(memberOf(BridgeConfig), memberOf(HostLocalConfig)).map(setting) },
  // A member of another kind, of another case, twice, in two cases, not at all; and names that every object knows.
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(50), oddValues, inherited, fc.nat(5))
      .map(([place, value, name, way]) =>
        replacing(place, ([key, member]) => [
          ...(way === 0
            ? []
            : ([[way === 1 ? key.toUpperCase() : key, way === 2 ? value : member]] as Members)),
          ...(way === 3 ? ([[key, value]] as Members) : []),
          ...(way === 4 ? ([[key.replace(/^./, (first) => first.toUpperCase()), value]] as Members) : []),
          ...(way === 5 ? ([[name, value]] as Members) : []),
        ]),
      ),
  },
);

/** Changes of the text itself, most of which make it something else than JSON. */
const damages: fc.Arbitrary<(text: string) => string> = fc.oneof(
  { weight: 15, arbitrary: fc.constant((text: string) => text) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<((text: string) => string)[]>(
      (text) => `\ufeff${text}`,
      (text) => ` \n\t${text}\r\n`,
      (text) => `${text}{}`,
      (text) => `${text}\u0000`,
      (text) => `[${text}]`,
      (text) => text.replaceAll('"', "'"),
      (text) => text.slice(0, Math.floor(text.length / 2)),
      (text) => `${text.slice(0, -1)},}`,
      (text) => text + " ".repeat(3_000_000),
      () => "",
      () => "null",
      () => '"net"',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }).map((text) => () => text) },
);

/** What a plugin may read from standard input: configurations that work, those that nearly do, and what is none. */
export const inputs: fc.Arbitrary<string> = fc
  .tuple(working, fc.array(changes, { maxLength: 3 }), damages)
  .map(([members, some, damage]) => damage(textOf(some.reduce((all, change) => change(all), members))));

function textOf(members: Members): string {
  const list = members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? "null"}`);
  return withLiterals(`{${list.join(",")}}`);
}
