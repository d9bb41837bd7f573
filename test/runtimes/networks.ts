/** A network's configuration list. */
export interface NetworkList {
  readonly cniVersion: string;
  readonly name: string;
  readonly plugins: readonly Readonly<Record<string, unknown>>[];
}

/** A network for a host with containerd: our bridge and host-local, both families, and the Go plugins in the chain. */
export function chain(cniVersion: string, name = "runtimes"): NetworkList {
  const plugins = [
    bridge,
    { type: "portmap", capabilities: { portMappings: true } },
    { type: "firewall" },
    { type: "tuning", sysctl: { "net.ipv4.conf.eth0.arp_notify": "1" } },
  ];
  return { cniVersion, name, plugins };
}

/** The same without the Go plugins. */
export function bridgeAlone(cniVersion: string, name = "alone"): NetworkList {
  return { cniVersion, name, plugins: [bridge] };
}

const bridge = {
  type: "bridge",
  bridge: "cni0",
  isDefaultGateway: true,
  ipMasq: true,
  hairpinMode: true,
  ipam: { type: "host-local", ranges: [[{ subnet: "10.88.0.0/24" }], [{ subnet: "fd10:88::/64" }]] },
};
