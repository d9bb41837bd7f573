import type { Host } from "../fixture/host.ts";
import type { CallOptions, Configuration } from "../fixture/network.ts";

/** A call that both sides refuse. */
export interface Refused {
  readonly what: string;
  /** ADD when absent. */
  readonly verb?: string;
  readonly options?: CallOptions;
  /** What the network has in place of what it usually has, or beside it. */
  readonly configuration?: Readonly<Record<string, unknown>>;
  /** Makes the host what it is to be before. */
  readonly before?: (host: Host) => Promise<unknown>;
  /** Our code, where the Go plugin has 999; 7 when absent. */
  readonly code?: number;
  /** The texts are the same up to and with this: then each side's own parser, or view of the system, has the word. */
  readonly upTo?: string;
  /** What the Go plugin says first: the step that it had come to. Ours find out before they take a step. */
  readonly goStep?: string;
}

/** The network that is refused in some variation. */
export const network: Configuration = {
  cniVersion: "1.1.0",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isGateway: true,
  ipam: { type: "host-local", ranges: [[{ subnet: "10.1.2.0/24" }]] },
};

const without = (...names: readonly string[]): CallOptions => ({
  env: Object.fromEntries(names.map((name) => [name, undefined])),
});

const env = (variables: Readonly<Record<string, string>>): CallOptions => ({ env: variables });

const environment: readonly Refused[] = [
  ...["ADD", "CHECK"].flatMap((verb) =>
    ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"].map((name) => ({
      what: `${verb} without ${name}`,
      verb,
      options: without(name),
    })),
  ),
  ...["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"].map((name) => ({
    what: `DEL without ${name}`,
    verb: "DEL",
    options: without(name),
  })),
  ...["GC", "STATUS"].map((verb) => ({
    what: `${verb} without CNI_PATH`,
    verb,
    options: without("CNI_PATH"),
  })),
  { what: "several variables missing", options: without("CNI_NETNS", "CNI_IFNAME", "CNI_PATH") },
  { what: "a variable that is empty", options: env({ CNI_NETNS: "" }) },
  {
    what: "a variable missing, and a bad one",
    options: { env: { CNI_NETNS: undefined, CNI_IFNAME: "a/b" } },
  },
  { what: "an unknown verb", verb: "NOPE" },
  { what: "a verb in small letters", verb: "add" },
  ...["../c1", "-c1", ".c1", "c 1", "c1\n", "größe", "c%1"].map((id) => ({
    what: `the container id ${JSON.stringify(id)}`,
    options: env({ CNI_CONTAINERID: id }),
  })),
  ...["sixteen-letters-", ".", "..", "a/b", "a:b", "a b", "a\tb", "a\u00a0b", "a\u2003b"].map((ifname) => ({
    what: `the interface name ${JSON.stringify(ifname)}`,
    options: { ifname },
  })),
  { what: "a bad container id, on DEL", verb: "DEL", options: env({ CNI_CONTAINERID: "../c1" }) },
];

const stdin = (text: string): CallOptions => ({ stdin: text });
const decoding = "error unmarshall network config: ";

const configurationTexts: readonly Refused[] = [
  { what: "standard input that is empty", options: stdin(""), upTo: decoding },
  { what: "half a document", options: stdin('{"name": "simplenet"'), upTo: decoding },
  { what: "more than a document", options: stdin('{"name": "simplenet"} {}'), upTo: decoding },
  { what: "a list", options: stdin("[]"), upTo: decoding },
  { what: "a text", options: stdin('"simplenet"'), upTo: decoding },
  { what: "a network without a name", configuration: { name: undefined } },
  { what: "a network with an empty name", configuration: { name: "" } },
  { what: "a network whose name is null", configuration: { name: null } },
  ...["../simplenet", "simple net", ".net", "-net", "größe"].map((name) => ({
    what: `the network name ${JSON.stringify(name)}`,
    configuration: { name },
  })),
  { what: "a network without a name, on DEL", verb: "DEL", configuration: { name: undefined } },
  { what: "a bad network name, on GC", verb: "GC", configuration: { name: "te%%st" } },
];

const versions: readonly Refused[] = [
  ...["9.0.0", "0.5.0", "1.1", "v1.0.0"].map((cniVersion) => ({
    what: `the version ${cniVersion}`,
    configuration: { cniVersion },
  })),
  ...["", "0.1.0", "0.2.0", "0.3.0", "0.3.1"].map((cniVersion) => ({
    what: `CHECK in the version ${JSON.stringify(cniVersion)}`,
    verb: "CHECK",
    configuration: { cniVersion },
  })),
  ...["GC", "STATUS"].flatMap((verb) =>
    ["0.4.0", "1.0.0"].map((cniVersion) => ({
      what: `${verb} in the version ${cniVersion}`,
      verb,
      configuration: { cniVersion },
    })),
  ),
  ...["CHECK", "GC", "STATUS"].map((verb) => ({
    what: `${verb} in a version that is to come`,
    verb,
    configuration: { cniVersion: "9.0.0" },
  })),
  { what: "no addresses in version 0.2.0", configuration: { cniVersion: "0.2.0", ipam: {} } },
  {
    what: "two addresses of a family in version 0.2.0",
    configuration: {
      cniVersion: "0.2.0",
      ipam: { type: "host-local", ranges: [[{ subnet: "10.1.2.0/24" }], [{ subnet: "10.1.3.0/24" }]] },
    },
  },
];

const settings: readonly Refused[] = [
  { what: "hairpinMode and promiscMode", configuration: { hairpinMode: true, promiscMode: true } },
  {
    what: "disableContainerInterface and an IPAM plugin",
    configuration: { disableContainerInterface: true },
  },
  { what: "an unknown ipMasqBackend", configuration: { ipMasq: true, ipMasqBackend: "ipchains" } },
  ...[-1, -100, 4095, 5000].map((vlan) => ({ what: `vlan ${vlan}`, configuration: { vlan } })),
  ...[
    { minID: 100 },
    { maxID: 100 },
    { minID: -1, maxID: 100 },
    { minID: 5000, maxID: 5001 },
    { minID: 100, maxID: 5000 },
    { minID: 1000, maxID: 100 },
    { id: 5000 },
    { id: -1 },
    { id: 0 },
  ].map((trunk) => ({
    what: `vlanTrunk ${JSON.stringify(trunk)}`,
    configuration: { vlanTrunk: [trunk] },
  })),
  ...["02:00:00:00:00", "02-00-00-00-00-0g", "no-mac"].map((mac) => ({
    what: `the MAC ${mac} in runtimeConfig`,
    configuration: { runtimeConfig: { mac } },
    goStep: "failed to make veth pair: ",
  })),
  {
    what: "a MAC in CNI_ARGS that is none",
    options: env({ CNI_ARGS: "IgnoreUnknown=1;MAC=no-mac" }),
    goStep: "failed to make veth pair: ",
  },
  { what: "CNI_ARGS that end in a semicolon", options: env({ CNI_ARGS: "IgnoreUnknown=1;" }), code: 4 },
  { what: "CNI_ARGS with a key alone", options: env({ CNI_ARGS: "IgnoreUnknown" }), code: 4 },
  { what: "CNI_ARGS with two equal signs", options: env({ CNI_ARGS: "IgnoreUnknown=1;MAC=a=b" }), code: 4 },
  { what: "CNI_ARGS with unknown keys", options: env({ CNI_ARGS: "K8S_POD_NAME=web;FOO=bar" }), code: 4 },
  {
    what: "CNI_ARGS with a key in other letters",
    options: env({ CNI_ARGS: "mac=02:00:00:00:00:01" }),
    code: 4,
  },
  { what: "CNI_ARGS with a bad IgnoreUnknown", options: env({ CNI_ARGS: "IgnoreUnknown=perhaps" }), code: 4 },
  {
    what: "an address in CNI_ARGS that is none",
    options: env({ CNI_ARGS: "IgnoreUnknown=1;IP=10.1.2" }),
    code: 4,
  },
];

const host: readonly Refused[] = [
  { what: "a namespace that is not there", options: { netns: "/run/netns/nobody" }, code: 8, upTo: ": " },
  { what: "a namespace that is a file", options: { netns: "/etc/passwd" }, code: 8, upTo: ": " },
  {
    what: "a bridge that is none",
    configuration: { bridge: "lo" },
    goStep: 'failed to create bridge "lo": ',
  },
  {
    what: "a bridge with another address",
    before: async (on) => {
      await on.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
      await on.run(["ip", "address", "add", "10.1.0.1/16", "dev", "cnibr0"]);
    },
    goStep: "failed to set bridge addr: ",
  },
  {
    what: "a bridge with another IPv6 address that overlaps",
    configuration: { ipam: { type: "host-local", ranges: [[{ subnet: "2001:db8:1:2::/64" }]] } },
    before: async (on) => {
      await on.run(["ip", "link", "add", "cnibr0", "type", "bridge"]);
      await on.run(["ip", "address", "add", "2001:db8:1::1/48", "dev", "cnibr0"]);
    },
    goStep: "failed to set bridge addr: ",
  },
  { what: "an IPAM plugin that is not there", configuration: { ipam: { type: "nowhere" } }, code: 120 },
  { what: "an IPAM plugin that is a path", configuration: { ipam: { type: "../bridge" } } },
];

const range = (...ranges: readonly Readonly<Record<string, unknown>>[]) => ({
  ipam: { type: "host-local", ranges: [ranges] },
});
const subnet = "10.1.2.0/24";

const ranges: readonly Refused[] = [
  { what: "no ranges", configuration: { ipam: { type: "host-local" } } },
  { what: "an empty range set", configuration: { ipam: { type: "host-local", ranges: [[]] } } },
  { what: "a range without a subnet", configuration: range({ rangeStart: "10.1.2.5" }) },
  { what: "families mixed", configuration: range({ subnet }, { subnet: "fd00::/64" }) },
  { what: "a subnet that is too small", configuration: range({ subnet: "10.1.2.0/31" }) },
  { what: "host bits", configuration: range({ subnet: "10.1.2.9/24" }) },
  { what: "a start outside", configuration: range({ subnet, rangeStart: "10.1.3.5" }) },
  { what: "an end outside", configuration: range({ subnet, rangeEnd: "10.1.3.5" }) },
  {
    what: "an end before the start",
    configuration: range({ subnet, rangeStart: "10.1.2.9", rangeEnd: "10.1.2.5" }),
  },
  { what: "ranges that overlap", configuration: range({ subnet: "10.1.0.0/16" }, { subnet }) },
  {
    what: "sets that overlap",
    configuration: { ipam: { type: "host-local", ranges: [[{ subnet: "10.1.0.0/16" }], [{ subnet }]] } },
  },
  { what: "the gateway asked for", options: env({ CNI_ARGS: "IgnoreUnknown=1;IP=10.1.2.1" }), code: 113 },
  {
    what: "an address asked for that is outside",
    options: env({ CNI_ARGS: "IgnoreUnknown=1;IP=10.9.9.9" }),
    code: 113,
  },
];

/** Calls that both sides refuse, in the same words. */
export const refused: readonly Refused[] = [
  ...environment,
  ...configurationTexts,
  ...versions,
  ...settings,
  ...host,
  ...ranges,
];
