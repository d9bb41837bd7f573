/** The network of the recipe: what `/etc/lxc/simplebridge.cni` holds. */
export const recipe = {
  cniVersion: "0.3.1",
  name: "simplenet",
  type: "bridge",
  bridge: "cnibr0",
  isDefaultGateway: true,
  forceAddress: false,
  ipMasq: true,
  hairpinMode: true,
  ipam: { type: "host-local", subnet: "10.10.0.0/16" },
} as const;
