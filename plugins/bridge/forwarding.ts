/** The keys below /proc/sys/net that have the host forward between networks. */
export const forwardingKeys = { 4: "ipv4/ip_forward", 6: "ipv6/conf/all/forwarding" } as const;
