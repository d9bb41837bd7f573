import { type Static, Type } from "typebox";

/** A path cannot hold one. */
const withoutNul = "^[^\\u0000]*$";

/** What the kernel has room for (u32 of linux/rtnetlink.h). */
const unsigned = { minimum: 0, maximum: 2 ** 32 - 1 } as const;

const Range = Type.Object(
  {
    subnet: Type.Optional(
      Type.String({
        description: "The network, in CIDR notation.",
        examples: ["10.1.2.0/24", "fd00:1::/64"],
      }),
    ),
    rangeStart: Type.Optional(
      Type.String({ description: "The first address; by default the one behind the network's address." }),
    ),
    rangeEnd: Type.Optional(
      Type.String({
        description: "The last address; by default the network's last (of IPv4, the one before broadcast).",
      }),
    ),
    gateway: Type.Optional(
      Type.String({
        description: "The router, which is never leased; by default the one behind the network's address.",
      }),
    ),
    exclude: Type.Optional(
      Type.Array(Type.String(), {
        description:
          "Ours: addresses of the subnet that are leased only to those who ask for them: one, a range, or a network.",
        examples: [["10.1.2.5", "10.1.2.10-10.1.2.20", "10.1.2.64/28"]],
      }),
    ),
  },
  { description: "A range of addresses of one subnet." },
);

const RangeSet = Type.Array(Range, {
  description: "A range set: an attachment gets one address of it. All of its ranges are of one family.",
});

const Route = Type.Object(
  {
    dst: Type.String({
      description: "The destination, in CIDR notation.",
      examples: ["0.0.0.0/0", "::/0"],
    }),
    gw: Type.Optional(
      Type.String({
        description: "The next hop; by default the gateway of the first address of that family.",
      }),
    ),
    mtu: Type.Optional(
      Type.Integer({ ...unsigned, description: "The largest packet on this route, in bytes." }),
    ),
    advmss: Type.Optional(
      Type.Integer({
        ...unsigned,
        description: "The largest TCP segment to announce on this route, in bytes.",
      }),
    ),
    priority: Type.Optional(
      Type.Integer({ ...unsigned, description: "The metric: of equal routes, the lowest counts." }),
    ),
    table: Type.Optional(
      Type.Integer({ ...unsigned, description: "The routing table; by default main, 254." }),
    ),
    scope: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 255,
        description: "How far the destination is: 0 anywhere, 253 on the link, 254 this host.",
      }),
    ),
  },
  { description: "A route that the container gets." },
);

const RequestedAddresses = Type.Array(Type.String(), {
  description: "Addresses that the attachment is to get, with or without the length of a prefix.",
});

const Ipam = Type.Object(
  {
    type: Type.Optional(Type.String({ description: "The plugin that leases addresses: host-local." })),
    ...Range.properties,
    ranges: Type.Optional(
      Type.Array(RangeSet, {
        description: "Range sets: an attachment gets one address of each, so one of each family mostly.",
      }),
    ),
    routes: Type.Optional(Type.Array(Route, { description: "Routes that the container gets." })),
    sticky: Type.Optional(
      Type.Boolean({
        description: "Ours: a container that comes back gets the address that it had, while that is free.",
      }),
    ),
    allowOutsideRange: Type.Optional(
      Type.Boolean({
        description:
          "Ours: addresses of the subnet may be asked for that are not between rangeStart and rangeEnd.",
      }),
    ),
    dataDir: Type.Optional(
      Type.String({
        pattern: withoutNul,
        description: "Where leases are kept, in a directory a network; /var/lib/cni/networks by default.",
      }),
    ),
    resolvConf: Type.Optional(
      Type.String({
        pattern: withoutNul,
        description: "The path of a resolv.conf whose content the result is to carry.",
      }),
    ),
  },
  { description: "Where the container's addresses come from." },
);

/** What host-local reads of a network configuration. */
export const HostLocalConfig = Type.Object({
  cniVersion: Type.Optional(Type.String({ description: "The version of the CNI specification." })),
  name: Type.String({ description: "The network's name." }),
  ipam: Type.Optional(Ipam),
  args: Type.Optional(
    Type.Object(
      {
        cni: Type.Optional(
          Type.Object(
            {
              ips: Type.Optional(RequestedAddresses),
              adopt: Type.Optional(
                Type.Boolean({
                  description: "Ours: take over the addresses that the attachment holds, instead of failing.",
                }),
              ),
            },
            { description: "Arguments that the CNI conventions know." },
          ),
        ),
      },
      { description: "Arguments of the runtime." },
    ),
  ),
  runtimeConfig: Type.Optional(
    Type.Object(
      {
        ipRanges: Type.Optional(
          Type.Array(RangeSet, {
            description: "Range sets that come before all others (capability ipRanges).",
          }),
        ),
        ips: Type.Optional(RequestedAddresses),
      },
      { description: "What the runtime sets by the plugin's capabilities; not for files." },
    ),
  ),
});

export type HostLocalConfig = Static<typeof HostLocalConfig>;
export type RangeConfig = Static<typeof Range>;
