import type { Operation } from "../../lib/net/operation.ts";

/** Why an ADD does an operation, in a line without a full stop. */
export function reasonFor(operation: Operation): string {
  return operation.do === "write sysctl" ? reasonForSysctl(operation.key) : reasons[operation.do];
}

const reasons: Readonly<Record<Exclude<Operation["do"], "write sysctl">, string>> = {
  "create bridge": "the network's bridge, with a MAC of its own, which does not change as ports come and go",
  "create port": "a veth pair: one end is a port of the bridge, the other one the container's interface",
  "create vlan gateway":
    "the gateway in the VLAN is one end of a veth pair, whose other end is a port of the bridge",
  "label link": "the alias tells whose link it is",
  "plug port": "a port that has lost its bridge",
  "configure port": "what the bridge does with frames of this port",
  "remove vlan": "the VLAN that every new port is in by itself",
  "add vlans": "the VLANs of the port",
  "set promiscuous": "the bridge is to receive every frame",
  "set mtu": "the largest packet",
  "set vlan filtering": "the bridge is to keep VLANs apart",
  "set mac":
    "the MAC that it has: this makes the kernel announce the container's addresses (arp_notify, ndisc_notify)",
  "set up": "only a link that is up passes packets",
  "forget neighbour": "who had the address before",
  "add address": "an address, with the length of its subnet",
  "delete address": "an address that is in the way, as forceAddress allows",
  "add route": "where the container sends packets",
  "delete link": "a link that is left over",
  masquerade: "the container's addresses are hidden behind the host's, but within its subnet",
  "guard port": "the port may send nothing but what is the container's own",
  "add network rules":
    "rules that all containers of the network share; the first one makes them, the last one removes them",
};

function reasonForSysctl(key: string): string {
  const name = key.split("/").at(-1) ?? key;
  return sysctlReasons[name] ?? "a setting of the kernel";
}

const sysctlReasons: Readonly<Record<string, string>> = {
  accept_ra: "what the host does with advertisements of routers that it hears on this link",
  ip_forward: "the host forwards between networks",
  forwarding: "the host forwards between networks, IPv6 too",
  disable_ipv6: "the container's kernel has IPv6 on this link",
  keep_addr_on_down: "IPv6 addresses stay when the link goes down",
  accept_dad: "whether the kernel asks who else has an IPv6 address before it is used",
  enhanced_dad: "such a question that comes back to its sender counts for nothing",
  arp_notify: "the kernel announces IPv4 addresses when the link's MAC is set",
  ndisc_notify: "the same for IPv6",
};
