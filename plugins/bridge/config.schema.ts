import { type Static, Type } from "typebox";

const Dns = Type.Object(
  {
    nameservers: Type.Optional(Type.Array(Type.String())),
    domain: Type.Optional(Type.String()),
    search: Type.Optional(Type.Array(Type.String())),
    options: Type.Optional(Type.Array(Type.String())),
  },
  { description: "What the container's resolver is told, in place of what the IPAM plugin says." },
);

const Trunk = Type.Object(
  {
    minID: Type.Optional(Type.Integer({ description: "The first VLAN of a range; needs maxID." })),
    maxID: Type.Optional(Type.Integer({ description: "The last VLAN of a range; needs minID." })),
    id: Type.Optional(Type.Integer({ description: "One VLAN." })),
  },
  { description: "VLANs that the port carries with tags: a range, one, or both; 1 to 4094." },
);

const Families = Type.Object(
  {
    v4: Type.Optional(Type.Boolean({ description: "IPv4 addresses; true by default." })),
    v6: Type.Optional(Type.Boolean({ description: "IPv6 addresses; true by default." })),
  },
  { description: "Which addresses to hide. An extension of lxc-cni." },
);

const ValidAttachment = Type.Object({
  containerID: Type.String(),
  ifname: Type.String(),
});

/** What bridge reads of a network configuration. */
export const BridgeConfig = Type.Object({
  cniVersion: Type.Optional(Type.String()),
  name: Type.String(),
  type: Type.Optional(Type.String()),
  bridge: Type.Optional(
    Type.String({ description: "The bridge, made when it is missing; cni0 by default." }),
  ),
  isGateway: Type.Optional(
    Type.Boolean({ description: "Give the bridge the gateway's addresses, and forward between networks." }),
  ),
  isDefaultGateway: Type.Optional(
    Type.Boolean({ description: "As isGateway; also make it the container's default gateway." }),
  ),
  forceAddress: Type.Optional(
    Type.Boolean({ description: "Take other addresses from the bridge where they are in the way." }),
  ),
  ipMasq: Type.Optional(
    Type.Union([Type.Boolean(), Families], {
      description: "Hide the container's addresses behind the host's, except within its subnet.",
    }),
  ),
  ipMasqBackend: Type.Optional(
    Type.String({
      description: "What does that, iptables or nftables; by default iptables, where it is installed.",
    }),
  ),
  ipMasqScope: Type.Optional(
    Type.Union([Type.Literal("container"), Type.Literal("network")], {
      description:
        "One rule for each container (the default), or one for the network, made with its first container and removed " +
        "with its last. An extension of lxc-cni.",
    }),
  ),
  forward: Type.Optional(
    Type.Literal("accept", {
      description:
        "Let the network's packets pass where a firewall of the host (Docker's, ufw) drops forwarded ones. An extension " +
        "of lxc-cni.",
    }),
  ),
  mtu: Type.Optional(
    Type.Union([Type.Integer({ minimum: 0, maximum: 65535 }), Type.Literal("auto")], {
      description:
        "In bytes; 0 for the kernel's default. \"auto\", an extension of lxc-cni, is that of the host's default route.",
    }),
  ),
  hairpinMode: Type.Optional(
    Type.Boolean({ description: "Send frames back out of the port that they came in by." }),
  ),
  promiscMode: Type.Optional(
    Type.Boolean({ description: "Have the bridge receive every frame; not together with hairpinMode." }),
  ),
  vlan: Type.Optional(
    Type.Integer({
      description: "The VLAN of the container's frames, which have no tag; 0 to 4094, 0 for none.",
    }),
  ),
  vlanTrunk: Type.Optional(
    Type.Array(Trunk, { description: "VLANs that the container's frames may have the tags of." }),
  ),
  preserveDefaultVlan: Type.Optional(
    Type.Boolean({ description: "Leave the port in the bridge's own VLAN, besides those asked for." }),
  ),
  macspoofchk: Type.Optional(
    Type.Boolean({ description: "Drop what the container sends with another MAC than its own; needs nft." }),
  ),
  ipSpoofCheck: Type.Optional(
    Type.Boolean({
      description:
        "Drop what the container sends with another MAC or IP address than its own, ARP and neighbour discovery " +
        "included; needs nft. An extension of lxc-cni.",
    }),
  ),
  enabledad: Type.Optional(
    Type.Boolean({
      description: "Ask whether somebody else has an IPv6 address before it is used (1 to 2 s).",
    }),
  ),
  disableContainerInterface: Type.Optional(
    Type.Boolean({ description: "Leave the container's interface down; not together with ipam." }),
  ),
  portIsolation: Type.Optional(
    Type.Boolean({ description: "Keep the container from exchanging frames with other isolated ports." }),
  ),
  deleteBridgeIfEmpty: Type.Optional(
    Type.Boolean({
      description:
        "Delete the bridge with its last port, if it was made by this plugin. An extension of lxc-cni.",
    }),
  ),
  ipam: Type.Optional(
    Type.Object({
      type: Type.Optional(Type.String({ description: "The plugin that leases addresses; none without it." })),
    }),
  ),
  dns: Type.Optional(Dns),
  args: Type.Optional(
    Type.Object({
      cni: Type.Optional(
        Type.Object({ mac: Type.Optional(Type.String({ description: "The container's MAC." })) }),
      ),
    }),
  ),
  runtimeConfig: Type.Optional(
    Type.Object({
      mac: Type.Optional(Type.String({ description: "The container's MAC; comes before that of args." })),
    }),
  ),
  prevResult: Type.Optional(
    Type.Object({}, { description: "What ADD answered; the runtime passes it to CHECK and DEL." }),
  ),
  "cni.dev/valid-attachments": Type.Optional(
    Type.Array(ValidAttachment, { description: "What GC must leave alone; the runtime passes it." }),
  ),
});

export type BridgeConfig = Static<typeof BridgeConfig>;
