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
    Type.Boolean({
      description: "Hide the container's addresses behind the host's, except within its subnet.",
    }),
  ),
  ipMasqBackend: Type.Optional(Type.String({ description: "What does that: iptables." })),
  mtu: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65535, description: "In bytes; 0 for the kernel's default." }),
  ),
  hairpinMode: Type.Optional(
    Type.Boolean({ description: "Send frames back out of the port that they came in by." }),
  ),
  promiscMode: Type.Optional(Type.Boolean()),
  vlan: Type.Optional(Type.Integer()),
  vlanTrunk: Type.Optional(Type.Array(Type.Object({}))),
  preserveDefaultVlan: Type.Optional(Type.Boolean()),
  macspoofchk: Type.Optional(Type.Boolean()),
  enabledad: Type.Optional(Type.Boolean()),
  disableContainerInterface: Type.Optional(Type.Boolean()),
  portIsolation: Type.Optional(Type.Boolean()),
  ipam: Type.Optional(
    Type.Object({
      type: Type.Optional(Type.String({ description: "The plugin that leases addresses; none without it." })),
    }),
  ),
  dns: Type.Optional(Dns),
  args: Type.Optional(
    Type.Object({ cni: Type.Optional(Type.Object({ mac: Type.Optional(Type.String()) })) }),
  ),
  runtimeConfig: Type.Optional(Type.Object({ mac: Type.Optional(Type.String()) })),
  prevResult: Type.Optional(
    Type.Object({}, { description: "What ADD answered; the runtime passes it to DEL." }),
  ),
});

export type BridgeConfig = Static<typeof BridgeConfig>;
