import { type Static, Type } from "typebox";

const Range = Type.Object(
  {
    subnet: Type.Optional(Type.String({ description: "The network, in CIDR notation." })),
    rangeStart: Type.Optional(
      Type.String({ description: "The first address; the network's first by default." }),
    ),
    rangeEnd: Type.Optional(Type.String({ description: "The last address; the network's last by default." })),
    gateway: Type.Optional(
      Type.String({ description: "The router; the network's first address by default." }),
    ),
  },
  { description: "A range of addresses of one subnet." },
);

const RangeSet = Type.Array(Range, { description: "A range set: an attachment gets one address of it." });

const Route = Type.Object(
  {
    dst: Type.String({ description: "The destination, in CIDR notation." }),
    gw: Type.Optional(Type.String({ description: "The next hop." })),
    mtu: Type.Optional(Type.Integer()),
    advmss: Type.Optional(Type.Integer()),
    priority: Type.Optional(Type.Integer()),
    table: Type.Optional(Type.Integer()),
    scope: Type.Optional(Type.Integer()),
  },
  { description: "A route that the container gets." },
);

const RequestedAddresses = Type.Array(Type.String(), {
  description: "Addresses that the attachment is to get, with or without the length of a prefix.",
});

const Ipam = Type.Object({
  type: Type.Optional(Type.String()),
  ...Range.properties,
  ranges: Type.Optional(
    Type.Array(RangeSet, { description: "Range sets: an attachment gets one address of each." }),
  ),
  routes: Type.Optional(Type.Array(Route)),
  dataDir: Type.Optional(
    Type.String({
      description: "Where leases are kept, in a directory a network; /var/lib/cni/networks by default.",
    }),
  ),
  resolvConf: Type.Optional(
    Type.String({ description: "A resolv.conf whose content the result is to carry." }),
  ),
});

/** What host-local reads of a network configuration. */
export const HostLocalConfig = Type.Object({
  cniVersion: Type.Optional(Type.String()),
  name: Type.String(),
  ipam: Type.Optional(Ipam),
  args: Type.Optional(
    Type.Object({ cni: Type.Optional(Type.Object({ ips: Type.Optional(RequestedAddresses) })) }),
  ),
  runtimeConfig: Type.Optional(
    Type.Object({
      ipRanges: Type.Optional(
        Type.Array(RangeSet, { description: "Range sets that come before all others." }),
      ),
      ips: Type.Optional(RequestedAddresses),
    }),
  ),
});

export type HostLocalConfig = Static<typeof HostLocalConfig>;
export type RangeConfig = Static<typeof Range>;
