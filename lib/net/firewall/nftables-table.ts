/** The table of all masquerade rules, and the chain that has them. */
export const table = "inet cni_plugins_masquerade";
export const checks = `${table} masq_checks`;

/** The same for the kernel. */
export const kernelTable = { family: "inet", table: "cni_plugins_masquerade" } as const;
export const checksChain = "masq_checks";

/**
 * The lines that make table and chains, and the rules that lead from the kernel's hook to those of the attachments:
 * byte for byte those of containernetworking/plugins, with which they are shared. What is there already stays, but for
 * the rules that lead there, which are made anew.
 */
export const tableLines: readonly string[] = [
  `add table ${table} { comment "Masquerading for plugins from github.com/containernetworking/plugins"; }`,
  `add chain ${checks} { comment "Masquerade traffic from certain IPs to any (non-multicast) IP outside their subnet"; }`,
  `add chain ${table} postrouting { type nat hook postrouting priority 100; }`,
  `flush chain ${table} postrouting`,
  `add rule ${table} postrouting ip daddr == 224.0.0.0/4 return`,
  `add rule ${table} postrouting ip6 daddr == ff00::/8 return`,
  `add rule ${table} postrouting goto masq_checks`,
];
