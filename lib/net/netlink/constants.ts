/** Numbers of the kernel's interface that are used here, by the headers that define them. */

/** linux/netlink.h */
export const Nlmsg = { noop: 1, error: 2, done: 3 } as const;

/** linux/netlink.h: NLM_F_DUMP_INTR, a flag of answers: what a dump tells of was changed while it was made */
export const dumpInterrupted = 0x10;

/** linux/netlink.h: the bytes of struct nlattr, an attribute's length and type */
export const attributeHeaderLength = 4;

/** linux/netlink.h: NLA_TYPE_MASK; the two highest bits of a type say how it is encoded */
export const attributeTypeMask = 0x3fff;

/** linux/rtnetlink.h */
export const Rtm = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  setLink: 19,
  newAddr: 20,
  delAddr: 21,
  getAddr: 22,
  newRoute: 24,
  getRoute: 26,
  delNeigh: 29,
} as const;

/** linux/rtnetlink.h: groups of events, as bits */
export const RtmGroup = { link: 0x1, ipv4Address: 0x10, ipv6Address: 0x100, ipv6Route: 0x400 } as const;

/** linux/if_link.h */
export const Ifla = {
  address: 1,
  ifname: 3,
  mtu: 4,
  link: 5,
  master: 10,
  operstate: 16,
  linkInfo: 18,
  ifAlias: 20,
  afSpec: 26,
  netNsFd: 28,
  extMask: 29,
  numTxQueues: 31,
  numRxQueues: 32,
} as const;

/** linux/if.h: RFC 2863's ifOperStatus */
export const operstateUp = 6;

/** linux/if_link.h: inside IFLA_LINKINFO */
export const IflaInfo = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const;

/** linux/veth.h */
export const VethInfo = { peer: 1 } as const;

/** linux/if_link.h: IFLA_BR_, of a bridge */
export const IflaBridge = { vlanFiltering: 7, defaultVlan: 39 } as const;

/** linux/if_link.h: IFLA_BRPORT_, of a port of a bridge; IFLA_BRPORT_MODE is hairpin mode */
export const IflaPort = { state: 1, hairpin: 4, isolated: 33 } as const;

/** linux/if_bridge.h: BR_STATE_FORWARDING */
export const portForwarding = 3;

/** linux/if_bridge.h: IFLA_BRIDGE_, inside IFLA_AF_SPEC of AF_BRIDGE */
export const IflaBridgeSpec = { vlanInfo: 2 } as const;

/** linux/if_bridge.h: BRIDGE_VLAN_INFO_ */
export const VlanFlag = { pvid: 0x2, untagged: 0x4, rangeBegin: 0x8, rangeEnd: 0x10 } as const;

/** linux/if_addr.h */
export const Ifa = { address: 1, local: 2, broadcast: 4, flags: 8 } as const;

/** linux/if_addr.h: of duplicate address detection (RFC 4862, section 5.4) */
export const IfaFlag = { nodad: 0x02, dadfailed: 0x08, tentative: 0x40 } as const;

/** linux/rtnetlink.h */
export const Rta = {
  dst: 1,
  oif: 4,
  gateway: 5,
  priority: 6,
  metrics: 8,
  multipath: 9,
  table: 15,
  via: 18,
} as const;

/** linux/rtnetlink.h: inside RTA_METRICS */
export const Rtax = { mtu: 2, advmss: 8 } as const;

/** linux/rtnetlink.h */
export const Route = {
  tableLocal: 255,
  protocolBoot: 3,
  scopeUniverse: 0,
  scopeLink: 253,
  typeUnicast: 1,
  typeLocal: 2,
  /** RTNH_F_ONLINK */
  onlink: 0x4,
  /** RTM_F_CLONED: no route, but what is remembered of a destination. */
  cloned: 0x200,
} as const;

/** linux/neighbour.h */
export const Nda = { dst: 1 } as const;

/** linux/if.h */
export const Iff = { up: 0x1, promiscuous: 0x100 } as const;

/** linux/rtnetlink.h, RTEXT_FILTER_: what is wanted in an answer; SKIP_STATS, BRVLAN_COMPRESSED */
export const ExtMask = { skipStatistics: 1 << 3, vlanRanges: 1 << 2 } as const;

/** sys/socket.h */
export const AddressFamilyNumber = { 4: 2, 6: 10 } as const;

/** sys/socket.h: AF_BRIDGE */
export const bridgeFamily = 7;
