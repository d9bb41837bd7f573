/** Numbers of the kernel's interface that are used here, by the headers that define them. */

/** linux/netlink.h */
export const Nlmsg = { error: 2, done: 3 } as const;

/** linux/rtnetlink.h */
export const Rtm = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddr: 20,
  delAddr: 21,
  getAddr: 22,
  newRoute: 24,
} as const;

/** linux/if_link.h */
export const Ifla = {
  address: 1,
  ifname: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  ifAlias: 20,
  netNsFd: 28,
  extMask: 29,
} as const;

/** linux/if_link.h: inside IFLA_LINKINFO */
export const IflaInfo = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const;

/** linux/veth.h */
export const VethInfo = { peer: 1 } as const;

/** linux/if_link.h: IFLA_BRPORT_MODE is hairpin mode */
export const BridgePort = { hairpin: 4 } as const;

/** linux/if_addr.h */
export const Ifa = { address: 1, local: 2, broadcast: 4, flags: 8 } as const;

/** linux/if_addr.h: do not wait for duplicate address detection (RFC 4862, section 5.4) */
export const IfaFlag = { nodad: 0x02 } as const;

/** linux/rtnetlink.h */
export const Rta = { dst: 1, oif: 4, gateway: 5, priority: 6, metrics: 8, table: 15 } as const;

/** linux/rtnetlink.h: inside RTA_METRICS */
export const Rtax = { mtu: 2, advmss: 8 } as const;

/** linux/rtnetlink.h */
export const Route = {
  tableMain: 254,
  protocolBoot: 3,
  scopeUniverse: 0,
  scopeLink: 253,
  typeUnicast: 1,
} as const;

/** linux/if.h */
export const Iff = { up: 0x1 } as const;

/** linux/rtnetlink.h: RTEXT_FILTER_SKIP_STATS, statistics are not wanted */
export const skipStatistics = 1 << 3;

/** sys/socket.h */
export const AddressFamilyNumber = { 4: 2, 6: 10 } as const;
