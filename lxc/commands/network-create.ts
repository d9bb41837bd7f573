import { requireNetworkName } from "../../lib/cni/names.ts";
import { type Address, bitsOf, formatAddress, parseAddress } from "../../lib/ip/address.ts";
import { type LinkName, whyNoLinkName } from "../../lib/ip/link-name.ts";
import { equalPrefix, formatPrefix, networkOf, type Prefix, parsePrefix } from "../../lib/ip/prefix.ts";
import type { ForwardBarrier } from "../../lib/net/firewall/forward-barriers.ts";
import { readNetwork } from "../../lib/runtime/load-network.ts";
import { requireReady } from "../../lib/runtime/status.ts";
import { carried } from "../carried.ts";
import { command } from "../command-line/command.ts";
import { UsageError } from "../command-line/usage-error.ts";
import type { Finding } from "../doctor/finding.ts";
import { vlanFiltering } from "../doctor/kernel.ts";
import { type CreatedNetwork, createNetwork, type Wishes } from "../network/create.ts";
import { print } from "../output/print.ts";
import { surroundingsIn, warn } from "../runtime.ts";

/** `lxc-cni network create` */
export const networkCreate = command({
  name: "network create",
  summary: "makes a network with addresses that nobody uses here",
  parameters: [{ name: "NETWORK", count: "one", completes: "nothing" }],
  options: {
    subnet: {
      kind: "list",
      value: "CIDR",
      does: "have this subnet; one of each family at most",
      completes: "nothing",
    },
    ipv6: { kind: "flag", does: "have a unique local IPv6 subnet, besides" },
    gateway: {
      kind: "list",
      value: "ADDRESS",
      does: "the host's address on the network, in place of the subnet's first",
      completes: "nothing",
    },
    bridge: { kind: "value", value: "NAME", does: "be on this bridge", completes: "nothing" },
    "no-masq": { kind: "flag", does: "do not hide containers behind the host's addresses" },
    "no-default-route": {
      kind: "flag",
      does: "containers reach no more than the network and the host: for a second network",
    },
    mtu: {
      kind: "value",
      value: "N|auto",
      does: "the largest packet in bytes; auto is that of the host's default route",
      completes: ["auto"],
    },
    vlan: { kind: "value", value: "N", does: "be the VLAN N of the bridge", completes: "nothing" },
    dns: {
      kind: "list",
      value: "ADDRESS",
      does: "name server that containers are told of, at each start",
      completes: "nothing",
    },
    isolate: { kind: "flag", does: "keep containers from reaching each other" },
  },
  description: `Writes /etc/lxc-cni/net.d/NETWORK.conflist. The network has a bridge of its own, of which the host is the
default gateway, and hides its containers behind the host's addresses. Its subnet is a /24 that no route, no
address and no other network of this host uses. Where a firewall of the host drops forwarded packets (Docker's,
ufw's), those of the network are let through.`,
  examples: [
    { line: "lxc-cni network create simplenet", does: "chooses a subnet and a bridge" },
    {
      line: "lxc-cni network create --ipv6 --mtu auto simplenet",
      does: "has both families, and fits a tunnel",
    },
    {
      line: "lxc-cni network create --no-masq --no-default-route backnet",
      does: "is a second network of containers that reach the world by another one",
    },
    {
      line: "lxc-cni network create --subnet 10.20.0.0/16 --gateway 10.20.255.254 backnet",
      does: "has this subnet",
    },
    {
      line: "lxc-cni network create --bridge br0 --subnet 192.168.1.0/24 --gateway 192.168.1.2 --no-masq lan",
      does: "is on the bridge br0 of the host, which has the address 192.168.1.2",
    },
  ],
  run({ words: [name = ""], options }) {
    const created = createNetwork({
      name: requireNetworkName(name),
      bridge: options.bridge === undefined ? undefined : bridgeIn(options.bridge),
      subnets: subnetsIn(options.subnet),
      gateways: options.gateway.map((text) => addressIn("gateway", text)),
      ipv6: options.ipv6,
      masquerade: !options["no-masq"],
      defaultRoute: !options["no-default-route"],
      mtu: options.mtu === "auto" ? "auto" : numberIn("mtu", options.mtu, 68, 65535),
      vlan: numberIn("vlan", options.vlan, 1, 4094),
      nameservers: options.dns.map((text) => addressIn("dns", text)),
      isolated: options.isolate,
    } satisfies Wishes);
    print(inWords(created));
    for (const barrier of created.barriers) warn(aboutBarrier(created, barrier));
    if (created.network.vlan !== undefined) warnOf(vlanFiltering());
    // Where it cannot be used as it is, that is better said now than when a container starts.
    requireReady(surroundingsIn({ cniPath: "" }), readNetwork(created.file), carried);
    return 0;
  },
});

function inWords({ network, file }: CreatedNetwork): string {
  const subnets = network.subnets.map(
    ({ subnet, gateway }) => `  subnet ${formatPrefix(subnet)}, gateway ${formatAddress(gateway)}\n`,
  );
  return [
    `network ${network.name}, ${file}\n`,
    `  bridge ${network.bridge}${network.vlan === undefined ? "" : `, VLAN ${network.vlan}`}\n`,
    ...subnets,
    network.defaultRoute ? "" : "  containers have no default route there\n",
    network.masquerade ? "  containers are hidden behind the host's addresses\n" : "",
    network.forward ? "  packets pass the host's firewall, which drops forwarded ones\n" : "",
    `put a container on it: lxc-cni enable CONTAINER ${network.name}\n`,
  ].join("");
}

function aboutBarrier({ network }: CreatedNetwork, barrier: ForwardBarrier): string {
  const { store, table, chain, madeBy } = barrier;
  const whose = madeBy === undefined ? "" : ` (${madeBy})`;
  return `packets of ${network.bridge} are dropped by chain ${chain} of table ${table} of ${store}${whose}; lxc-cni doctor says what to do`;
}

function warnOf({ verdict, what, remedy }: Finding): void {
  if (verdict !== "ok") warn(`${what}; ${remedy}`);
}

function bridgeIn(text: string): LinkName {
  const reason = whyNoLinkName(text);
  if (reason === undefined) return text as LinkName;
  throw new UsageError(`--bridge ${text}: ${reason}`);
}

/** Of IPv4, two addresses at least have to be left beside network and broadcast: the gateway's and a container's. */
function subnetsIn(texts: readonly string[]): Prefix[] {
  const subnets = texts.map((text) => {
    const subnet = parsePrefix(text);
    if (subnet === undefined) throw new UsageError(`--subnet ${text}: a subnet is like 10.1.2.0/24`);
    if (!equalPrefix(subnet, networkOf(subnet))) {
      throw new UsageError(
        `--subnet ${text}: the subnet of this address is ${formatPrefix(networkOf(subnet))}`,
      );
    }
    if (subnet.length === 0 || subnet.length > bitsOf(subnet.address.family) - 2) {
      throw new UsageError(
        `--subnet ${text}: no subnet of this length has room for a gateway and containers`,
      );
    }
    return subnet;
  });
  const families = subnets.map(({ address }) => address.family);
  if (new Set(families).size < families.length) {
    throw new UsageError("--subnet may be given once for IPv4 and once for IPv6");
  }
  return subnets;
}

function addressIn(option: string, text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new UsageError(`--${option} ${text}: an address is like 10.1.2.1`);
  return address;
}

function numberIn(option: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`--${option} ${text}: it can be ${least} to ${most}`);
}
